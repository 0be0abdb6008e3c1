/**
 * Umbrellas, furled and open.
 */
import { html } from '../views/html.js'
import { bothSides, onPeg } from './pen.js'

export const stickUmbrella = onPeg(html`
  <g transform="rotate(6 106 36)">
    <path d="M90 60c-8-20 4-32 16-32 13 0 20 10 17 24l-6 40" fill="none" stroke-width="11" />
    <path d="M90 60c-8-20 4-32 16-32 13 0 20 10 17 24l-6 40" fill="none" stroke="#9a6231" stroke-width="6.5" />
    <path d="M93 48c0-9 6-14 13-14" fill="none" stroke="#c58d55" stroke-width="2" />
    <path d="M113 84l10 1-1 8-10-1z" fill="#d9ab55" />
    <path d="M104 92l24 3 4 18c-6 36-14 66-21 90l-5-1C102 176 98 142 98 110z" fill="#1f6a55" />
    <path d="M116 94c-2 36-6 72-10 106m16-106c0 36-6 72-12 108M106 94c-4 30-4 66 0 104" fill="none" stroke="#0f4335" />
    <path d="M98 132l32 4-2 10-31-4z" fill="#d8433f" /><circle cx="117" cy="140" r="3" fill="#f0cf86" />
    <path d="M107 201l-1 13" fill="none" stroke-width="7" /><path
      d="M107 201l-1 13"
      fill="none"
      stroke="#d9ab55"
      stroke-width="3"
    />
  </g>
`)

export const bigUmbrella = onPeg(html`
  <path d="M100 46c-7-1-9-9-3-12 5-2 9 2 8 7" fill="none" stroke-width="2.5" />
  <path d="M100 112v74c0 20 26 20 26 2" fill="none" stroke-width="10" />
  <path d="M100 112v46" fill="none" stroke="#cfc6b4" stroke-width="5" />
  <path d="M100 158v28c0 20 26 20 26 2" fill="none" stroke="#9a6231" stroke-width="5.5" />
  <path d="M97 44h6v12h-6z" fill="#d9ab55" />
  <path
    d="M12 126C14 84 52 54 100 54s86 30 88 72c-9-10-27-10-35 0-9-9-27-9-35 0-8-9-28-9-36 0-8-9-26-9-35 0-8-10-26-10-35 0z"
    fill="#f7efe0"
  />
  ${bothSides(html`
    <path d="M100 54C72 56 52 86 47 126c9-9 27-9 35 0 2-38 8-60 18-72z" fill="#e0564a" />
    <path d="M100 54C58 54 16 84 12 126c9-10 27-10 35 0 5-40 25-70 53-72z" fill="#f7efe0" />
  `)}
  <path d="M100 54c-10 12-16 34-18 72 8-9 28-9 36 0-2-38-8-60-18-72z" fill="#f7efe0" />
  <path d="M30 100c6-16 18-28 34-36" fill="none" stroke="#cbbfa6" stroke-width="3" />
`)
