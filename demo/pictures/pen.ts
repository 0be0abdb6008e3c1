/**
 * What all pictures share: the sheet, the brass peg that everything hangs on, and the line they are drawn with.
 */
import { html, type Content, type Markup } from '../views/html.js'

/** A picture on its peg. It says nothing that the name beside it does not, so it is hidden from screen readers. */
export function onPeg(thing: Content): Markup {
  return html`<svg class="picture" viewBox="0 0 200 220" aria-hidden="true" focusable="false">
    <g stroke="#2b211b" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round">${peg}${thing}</g>
  </svg>`
}

/** Something that is the same on both sides of the middle. Text and numbers would be mirrored too. */
export function bothSides(half: Content): Markup {
  return html`${half}<g transform="matrix(-1 0 0 1 200 0)">${half}</g>`
}

const peg = html`<circle cx="100" cy="15" r="9" fill="#c9973b" /><circle
    cx="100"
    cy="15"
    r="3"
    fill="#8a6320"
    stroke="none"
  />
  <path d="M100 22v9c0 9 13 9 13 1" fill="none" stroke-width="8.5" /><path
    d="M100 22v9c0 9 13 9 13 1"
    fill="none"
    stroke="#d9ab55"
    stroke-width="4"
  />`

/** The hook and neck of a coat hanger; the coat hides the rest. */
export const hanger = html`<path d="M100 62V50c0-4 8-5 8-11 0-5-4-7-8-6" fill="none" stroke-width="3.5" />`
