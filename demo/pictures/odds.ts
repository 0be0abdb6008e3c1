/**
 * Odds and ends: what is left on the pegs when the coats are gone.
 */
import { html } from '../views/html.js'
import { onPeg } from './pen.js'

const fringe = (x: number, y: number) =>
  [0, 8, 16, 24, 32].map((step) => html`<path d="M${x + step} ${y}v12" fill="none" stroke-width="3" />`)

export const scarf = onPeg(html`
  <path d="M84 46c4-10 36-10 40 0l14 112h-36z" fill="#e9a13b" />
  <path d="M124 66l3 20-33 2-2-20zm5 40l3 20-34 2-2-20zm5 40l2 12h-36l-1-10z" fill="#fbe9c6" stroke="none" />
  <path d="M84 46c4-10 36-10 40 0l14 112h-36z" fill="none" />
  ${fringe(104, 160)}
  <path d="M74 54c6-14 34-20 44-10l-8 34-4 106H62z" fill="#e9a13b" />
  <path d="M72 72l39-2-2 20-39 1zm-3 38l38-1-1 20-38 1zm-3 38l40-1-1 20-40 1z" fill="#3c6e8f" stroke="none" />
  <path d="M74 54c6-14 34-20 44-10l-8 34-4 106H62z" fill="none" />
  <path d="M84 56c6-6 18-9 28-8" fill="none" stroke="#a86d17" stroke-width="2" />
  ${fringe(68, 186)}
`)

export const mittens = onPeg(html`
  <path d="M104 36C70 46 56 70 58 104M108 38c32 12 40 36 34 78" fill="none" stroke-width="4.5" />
  <path d="M104 36C70 46 56 70 58 104M108 38c32 12 40 36 34 78" fill="none" stroke="#f6e6c9" stroke-width="1.8" />
  <g transform="rotate(6 58 140)">
    <path d="M40 122h36l2 44c0 22-40 22-41 0z" fill="#2f7f6d" />
    <path d="M76 138c12-6 20 2 14 12l-13 20z" fill="#2f7f6d" />
    <path d="M38 102h40q4 0 4 5v14q0 5-4 5H38q-4 0-4-5v-14q0-5 4-5z" fill="#f6e6c9" />
    <path d="M46 104v20m8-20v20m8-20v20m8-20v20" fill="none" stroke="#c3ad84" stroke-width="2" />
    <path d="M57 148l5-4c4-3 9 3 5 7l-10 10-10-10c-4-4 1-10 5-7z" fill="#e0564a" stroke="none" />
  </g>
  <g transform="rotate(-6 142 150)">
    <path d="M124 134h36l3 44c-1 22-41 22-41 0z" fill="#2f7f6d" />
    <path d="M124 150c-12-6-20 2-14 12l13 20z" fill="#2f7f6d" />
    <path d="M122 114h40q4 0 4 5v14q0 5-4 5h-40q-4 0-4-5v-14q0-5 4-5z" fill="#f6e6c9" />
    <path d="M130 116v20m8-20v20m8-20v20m8-20v20" fill="none" stroke="#c3ad84" stroke-width="2" />
    <path d="M143 160l5-4c4-3 9 3 5 7l-10 10-10-10c-4-4 1-10 5-7z" fill="#e0564a" stroke="none" />
  </g>
`)

const boot = html`
  <path d="M56 84q22-7 44 0l2 62c2 8 12 12 22 16 12 5 16 14 14 26H58c2-30 2-66-2-104z" fill="#3f7a45" />
  <path d="M124 162c12 5 16 14 14 26h-20c-1-10 0-18 6-26z" fill="#56975c" />
  <path d="M57 188h82q4 0 4 6t-4 6h-36l-3-3h-6l-2 5H57q-4 0-4-7t4-7z" fill="#2c3a2c" />
  <path d="M55 82q23-8 46 0v14q-23-7-45 0z" fill="#f2e7c8" />
  <path d="M66 104q4 40 2 76" fill="none" stroke="#7fb884" stroke-width="4" />
  <path d="M94 106q7 1 7 0v24h-6z" fill="#2f5f35" />
`

export const boots = onPeg(html`
  <path d="M108 40q-2 8-3 20" fill="none" stroke-width="4" />
  <g transform="translate(26 2)">${boot}</g>
  <g transform="translate(2 8)">${boot}</g>
  <path d="M94 60q12-6 24 0v8H94z" fill="#d9ab55" />
  <path d="M52 68h106v25l-7 4-6-8H65l-6 8-7-4z" fill="#9a6231" />
  <path d="M61 76h88" fill="none" stroke="#c58d55" stroke-width="3" />
  <circle cx="106" cy="81" r="4" fill="#f0cf86" />
`)
