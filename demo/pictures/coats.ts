/**
 * Coats, on hangers.
 */
import { html } from '../views/html.js'
import { bothSides, hanger, onPeg } from './pen.js'

export const trench = onPeg(html`
  ${hanger}
  ${bothSides(html`
    <path d="M62 73c-11 4-15 12-17 22L31 152l21 7 17-50z" fill="#b98a4e" />
    <path d="M35 139l22 7-3 10-22-7z" fill="#a3763d" />
  `)}
  <path d="M78 64c-11 3-18 7-20 11l9 36-8 91q41 8 82 0l-8-91 9-36c-2-4-9-8-20-11q-22 10-44 0z" fill="#cfa268" />
  <path d="M100 100v106" fill="none" />
  ${bothSides(html`
    <path d="M84 60l-9 6-3 19 12 2-5 8 21 15c-2-16-6-34-16-50z" fill="#dcb580" />
    <path d="M60 77l12 4" fill="none" stroke-width="5" />
    <path d="M60 77l12 4" fill="none" stroke="#dcb580" stroke-width="2" />
    <path d="M69 168l14 10 2 8-15-9z" fill="#b98a4e" />
  `)}
  <path d="M84 60q16 13 32 0l-3 10q-13 7-26 0z" fill="#8f6733" />
  <path d="M65 130h70l1 14H64z" fill="#a3763d" /><path d="M118 144l4 26 9-2-5-24z" fill="#a3763d" />
  <rect x="92" y="127" width="18" height="20" rx="2" fill="#5a3d1e" /><rect
    x="97"
    y="132"
    width="8"
    height="10"
    fill="#a3763d"
  />
  ${bothSides(html`<circle cx="88" cy="119" r="3" fill="#4a3219" /><circle cx="88" cy="158" r="3" fill="#4a3219" />`)}
`)

export const raincoat = onPeg(html`
  ${hanger}
  <path d="M72 70c-3-20 8-30 28-30s31 10 28 30q-28 16-56 0z" fill="#d9a313" />
  <path d="M82 66c-1-10 7-16 18-16s19 6 18 16q-18 12-36 0z" fill="#7a5806" />
  ${bothSides(html`
    <path d="M64 73c-12 4-17 12-19 22L29 148l23 9 17-48z" fill="#f2bd1d" />
    <path d="M35 127l24 8-2 8-25-8z" fill="#fdf3d4" />
  `)}
  <path d="M80 66c-12 2-20 5-22 9l9 34-14 92q47 10 94 0l-14-92 9-34c-2-4-10-7-22-9q-20 12-40 0z" fill="#ffd034" />
  <path d="M100 74v132" fill="none" />
  <path d="M58 178q42 9 84 0l2 10q-44 9-88 0z" fill="#fdf3d4" />
  ${bothSides(html` <path d="M66 146h21v16H64z" fill="#f2bd1d" /><path d="M65 142h23v7H64z" fill="#d9a313" /> `)}
  ${[88, 110, 132].map(
    (y) =>
      html`<path d="M92 ${y}h16" stroke-width="7" fill="none" /><path
          d="M93 ${y}h6m5 0h3"
          stroke="#f5f1e6"
          stroke-width="2.5"
          fill="none"
        />`,
  )}
`)

export const duffle = onPeg(html`
  ${hanger}
  ${bothSides(html`
    <path d="M64 74c-12 3-17 12-19 22L31 152l24 7 15-48z" fill="#24375c" />
    <path d="M36 138l22 6" fill="none" stroke="#0f1b33" />
  `)}
  <path d="M80 66c-12 2-19 5-21 9l9 36-7 91q39 7 78 0l-7-91 9-36c-2-4-9-7-21-9q-20 12-40 0z" fill="#2f4a7c" />
  <path d="M70 70c2-13 14-20 30-20s28 7 30 20c-5 12-16 19-30 20-14-1-25-8-30-20z" fill="#24375c" />
  <path d="M79 68c3-8 11-12 21-12s18 4 21 12c-5 8-12 12-21 12s-16-4-21-12z" fill="#b3423d" />
  <path d="M84 61l30 15m0-15L85 76M100 56v24" fill="none" stroke="#f0d9a8" stroke-width="1.5" />
  <path d="M100 90v114" fill="none" />
  ${bothSides(html`<path d="M66 156h25v27q-13 4-27 0z" fill="#24375c" /><path d="M66 163h24" fill="none" />`)}
  ${[104, 124, 144].map(
    (y) =>
      html`<path d="M78 ${y - 5}h10l12 5 12-5h10v10h-10l-12-5-12 5H78z" fill="none" stroke="#e6d5ae" /><rect
          x="89"
          y="${y - 4}"
          width="22"
          height="8"
          rx="4"
          fill="#c08a4a"
        />`,
  )}
`)

export const cape = onPeg(html`
  ${hanger}
  <path d="M84 66C66 78 40 140 32 190q20 13 36 14h64q16-1 36-14c-8-50-34-112-52-124z" fill="#f0c9b4" stroke="none" />
  <path d="M92 78l-14 126q22 4 44 0L108 78z" fill="#d8433f" />
  <path d="M97 84l-6 120m12-120l6 120" fill="none" stroke="#a52b30" stroke-width="2" />
  ${bothSides(html`
    <path d="M86 64C64 72 40 134 30 188q26 16 54 18L96 84z" fill="#5b1f3a" />
    <path d="M78 88c-12 26-23 66-27 110m35-86c-5 28-9 62-11 92" fill="none" stroke="#3b1226" />
    <path d="M86 64C76 58 70 48 72 40c12 2 22 10 27 26l-3 18c-2-8-5-14-10-20z" fill="#74294a" />
    <path d="M76 45c8 4 14 11 18 22" fill="none" stroke="#d8433f" stroke-width="3" />
    <circle cx="91" cy="80" r="5" fill="#d9ab55" />
  `)}
  <path d="M95 82q5 7 10 0" fill="none" stroke-width="5" /><path
    d="M95 82q5 7 10 0"
    fill="none"
    stroke="#f0cf86"
    stroke-width="2"
    stroke-dasharray="2 3"
  />
`)
