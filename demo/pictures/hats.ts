/**
 * Hats, hung by their rims.
 */
import { html } from '../views/html.js'
import { onPeg } from './pen.js'

export const bowler = onPeg(html`
  <g transform="translate(0 -9) rotate(-7 100 120)">
    <path d="M97 50c2-14 14-14 13 1" fill="none" stroke-width="3" />
    <path d="M52 146c-4-62 14-98 48-98s52 36 48 98z" fill="#33303a" />
    <path d="M66 128c-1-36 8-60 26-68" fill="none" stroke="#6d6879" stroke-width="5" />
    <path d="M51 130q49 14 98 0l-1 22q-48 12-96 0z" fill="#8a2f3b" />
    <path d="M132 129l18-4 3 12-3 12-18-3z" fill="#a63d4a" /><path d="M136 131l14 12m0-13l-14 13" fill="none" />
    <path
      d="M24 140c-4 12 4 20 16 22 40 9 80 9 120 0 12-2 20-10 16-22-6 8-14 10-28 12-32 6-64 6-96 0-14-2-22-4-28-12z"
      fill="#43404c"
    />
    <path d="M36 156q64 14 128 0" fill="none" stroke="#6d6879" stroke-width="2" />
  </g>
`)

export const cap = onPeg(html`
  <clipPath id="cap-cloth"><path d="M36 142c0-50 30-86 74-90 36-2 62 30 60 74 0 14-10 20-26 20z" /></clipPath>
  <g transform="translate(2 6) rotate(6 100 110) scale(1 0.8)">
    <path d="M102 56c2-20 16-18 14 1" fill="none" stroke-width="3" />
    <path d="M36 142c0-50 30-86 74-90 36-2 62 30 60 74 0 14-10 20-26 20z" fill="#7b8450" />
    <g clip-path="url(#cap-cloth)" fill="none" stroke-width="2">
      <path d="M20 96l110 80M34 76l120 90M56 62l124 90M84 50l110 78" stroke="#c9b26a" />
      <path d="M20 128l80-90M36 150l100-112M66 160l90-104M100 164l84-96" stroke="#4c5a32" />
      <path d="M30 116l140 10" stroke="#b3563c" stroke-width="2.5" /><path
        d="M46 84l124 10"
        stroke="#b3563c"
        stroke-width="2.5"
      />
    </g>
    <path d="M36 142c0-50 30-86 74-90 36-2 62 30 60 74 0 14-10 20-26 20z" fill="none" />
    <path d="M110 52c-16 24-22 56-18 93M110 52c24 16 36 46 35 92" fill="none" />
    <circle cx="110" cy="52" r="6" fill="#5d673a" />
    <path d="M36 142c24-8 60-6 84 3-18 15-48 23-82 22-16-1-22-6-20-12 1-6 8-10 18-13z" fill="#5d673a" />
    <path d="M26 156c32 4 56 0 80-10" fill="none" stroke="#c9b26a" stroke-width="1.5" stroke-dasharray="4 4" />
  </g>
`)

export const bobbleHat = onPeg(
  html`<g transform="translate(0 -7)">
    <path
      d="M100 34c8-7 16-4 18 3 8-1 13 6 9 13 7 5 6 14-2 17 1 8-6 13-13 9-5 6-13 6-17 0-7 4-15 0-14-8-9-2-10-12-4-17-4-8 2-15 10-14 1-7 8-9 13-3z"
      fill="#f6f0e2"
    />
    <path d="M92 50l4 6m10-7l-3 7m-14 6l6 3m18-2l-6 2" fill="none" stroke="#b9ad94" stroke-width="2" />
    <clipPath id="bobble-hat"><path d="M46 156c-4-52 18-84 54-84s58 32 54 84z" /></clipPath>
    <g clip-path="url(#bobble-hat)" stroke="none">
      <rect x="40" y="60" width="120" height="110" fill="#d23f3a" />
      <path d="M40 96q60-16 120 0v22q-60-16-120 0z" fill="#f6f0e2" />
      <path d="M40 136q60-16 120 0v24H40z" fill="#f6f0e2" />
      <path
        d="M70 76q-12 40-10 84m22-88q-6 42-4 88m22-92v92m18-88q6 42 4 88m8-84q12 40 10 84"
        fill="none"
        stroke="#2b211b"
        stroke-width="1.5"
        opacity=".28"
      />
    </g>
    <path d="M46 156c-4-52 18-84 54-84s58 32 54 84z" fill="none" />
    <path d="M40 148q60-14 120 0 6 2 6 10v16q0 8-7 9-59 10-118 0-7-1-7-9v-16q0-8 6-10z" fill="#a92b2f" />
    <path
      d="M52 149v34m16-37v39m16-41v42m16-43v43m16-42v42m16-40v39m16-36v34"
      fill="none"
      stroke="#7c1b22"
      stroke-width="2.5"
    />
  </g>`,
)
