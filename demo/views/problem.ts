/**
 * Pages for what cannot be shown.
 */
import type { Page } from '../http/page.js'
import { html, type Markup } from './html.js'

export type ProblemKind = 'notFound' | 'refused' | 'bad' | 'failed'

export function problemPage({ texts }: Page, kind: ProblemKind): Markup {
  return html`<div class="wrap narrow problem">
    <svg class="picture" viewBox="0 0 200 120" aria-hidden="true" focusable="false">
      <path d="M20 22h160" stroke="currentColor" stroke-width="4" stroke-linecap="round" opacity=".35" />
      <g transform="translate(0 8)" fill="none" stroke="#d9ab55" stroke-width="8" stroke-linecap="round">
        <path d="M50 14v14c0 14 20 14 20 1" />
        <path d="M130 14v14c0 14 20 14 20 1" />
      </g>
      <path
        d="M36 104c30-16 90-18 128-2"
        stroke="currentColor"
        stroke-width="3"
        fill="none"
        opacity=".25"
        stroke-linecap="round"
      />
    </svg>
    <h1>${texts.problem[kind]}</h1>
    <p class="lead">${texts.problem[`${kind}Text`]}</p>
    <p><a class="button" href="/">${texts.problem.home}</a></p>
  </div>`
}
