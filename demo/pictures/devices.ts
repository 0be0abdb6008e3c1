/**
 * Devices on their pegs: a computer and a tablet on a cord, a phone by its loop, and a tag for what nobody knows.
 */
import { html, type Markup } from '../views/html.js'
import { onPeg } from './pen.js'

const computer = onPeg(html`
  <path d="M56 96l46-56q4-5 8 0l34 56" fill="none" stroke-width="3" />
  <g transform="rotate(-2 100 140)">
    <rect x="38" y="92" width="124" height="82" rx="7" fill="#43404c" />
    <rect x="46" y="100" width="108" height="66" rx="2" fill="#f6f0e2" />
    <path d="M62 118h44M62 130h62M62 142h34" fill="none" stroke="#b9ad94" stroke-width="4" />
    <path d="M126 138q0-12 10-12t10 12z" fill="#a63d4a" /><path d="M121 139h30" fill="none" stroke-width="4" />
    <path d="M26 176h148l8 16q1 6-6 6H24q-7 0-6-6z" fill="#8f8a99" />
    <path d="M84 176h32v6q0 2-2 2H86q-2 0-2-2z" fill="#6d6879" />
  </g>
`)

const phone = onPeg(html`
  <path
    d="M106 36c-12 14-26 20-24 34 1 9 12 10 14 22m10-56c10 12 8 24 0 34-5 7-9 12-10 22"
    fill="none"
    stroke="#a92b2f"
    stroke-width="4"
  />
  <g transform="rotate(5 100 150)">
    <rect x="62" y="92" width="76" height="116" rx="13" fill="#33303a" />
    <rect x="69" y="106" width="62" height="84" rx="3" fill="#bfe0f2" />
    <path d="M92 99h16" fill="none" stroke="#8f8a99" stroke-width="3" />
    <circle cx="100" cy="199" r="4" fill="#8f8a99" stroke="none" />
    <path d="M100 120q-20 0-20 18h40q0-18-20-18z" fill="#1f7a60" />
    <path d="M100 138v24q0 8 8 8t8-8" fill="none" stroke-width="3.5" />
    <path d="M100 120v-5" fill="none" stroke-width="3.5" />
  </g>
`)

const tablet = onPeg(html`
  <path d="M66 82l36-42q4-5 8 0l28 42" fill="none" stroke="#8a6320" stroke-width="3.5" />
  <g transform="rotate(3 100 140)">
    <rect x="42" y="76" width="116" height="132" rx="10" fill="#7b8450" />
    <rect x="53" y="88" width="94" height="104" rx="3" fill="#f6f0e2" />
    <path d="M53 160q22-24 40-4t54-18v51q0 3-3 3H56q-3 0-3-3z" fill="#a9dcc3" />
    <circle cx="122" cy="116" r="11" fill="#f5d87a" />
    <circle cx="100" cy="200" r="3" fill="#4c5a32" stroke="none" />
    <path d="M60 76v-6m80 6v-6" fill="none" stroke-width="5" />
  </g>
`)

const tag = onPeg(html`
  <path d="M100 78c-8-18 0-26 6-40q3-5 6 1c4 12 2 24-6 40" fill="none" stroke="#8a6320" stroke-width="3" />
  <g transform="rotate(-6 100 140)">
    <path d="M60 98l28-26q12-9 24 0l28 26v98q0 8-8 8H68q-8 0-8-8z" fill="#f5d87a" />
    <circle cx="100" cy="86" r="8" fill="#c9973b" /><circle cx="100" cy="86" r="3" fill="#8a6320" stroke="none" />
    <path d="M82 132c0-24 36-24 36 0 0 16-18 16-18 32" fill="none" stroke-width="8" />
    <circle cx="100" cy="182" r="5.5" fill="#2b211b" stroke="none" />
  </g>
`)

const pictures = { desktop: computer, phone, tablet, other: tag, unknown: tag } as const

export type DeviceKind = keyof typeof pictures

export function deviceOnPeg(kind: DeviceKind): Markup {
  return pictures[kind]
}
