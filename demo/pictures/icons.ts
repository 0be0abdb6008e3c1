/**
 * Small pictures beside or instead of words. The words are always there for those who do not see them.
 */
import { html, type Content, type Markup } from '../views/html.js'

function icon(lines: Content): Markup {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${lines}</svg>`
}

export const sun = icon(
  html`<circle cx="12" cy="12" r="4.5" /><path d="M12 2v3m0 14v3M2 12h3m14 0h3M5 5l2 2m10 10l2 2M5 19l2-2M17 7l2-2" />`,
)

export const moon = icon(html`<path d="M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z" />`)

export const halfMoon = icon(
  html`<circle cx="12" cy="12" r="8.5" /><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17z" fill="currentColor" />`,
)

/** The sign above the door: a peg with a ticket on it. */
export const sign = html`<svg class="sign" viewBox="0 0 44 48" aria-hidden="true" focusable="false">
  <path d="M22 8v10c0 8 12 8 12 0" fill="none" stroke="#d9ab55" stroke-width="5" stroke-linecap="round" />
  <circle cx="22" cy="8" r="6.5" fill="#d9ab55" />
  <circle cx="22" cy="8" r="2" fill="#7a5717" />
  <g transform="rotate(-8 20 33)">
    <path d="M6 25h28v6a3 3 0 0 0 0 6v6H6v-6a3 3 0 0 0 0-6z" fill="#f6b9bd" />
    <path d="M12 30h16M12 34.5h10M12 39h13" stroke="#7a2733" stroke-width="2" stroke-linecap="round" />
  </g>
</svg>`
