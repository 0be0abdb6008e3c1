/**
 * The ten steps of a request: how long each took, and what came of it.
 */
import type { Page } from '../../http/page.js'
import type { KeptTrace } from '../../inspection/traces.js'
import { waterfallOf, type Bar, type Waterfall } from '../../inspection/waterfall.js'
import { toldOf } from '../../texts/session/outcomes.js'
import { html, type Content, type Markup } from '../html.js'
import { clockTime, microseconds, percent } from '../times.js'

export function traceSection(page: Page, traces: readonly KeptTrace[], chosen: KeptTrace | undefined): Markup {
  const words = page.texts.session.trace
  if (chosen === undefined) return html`<p>${words.none}</p>`
  const waterfall = waterfallOf(chosen.steps)
  return html`<p>${words.lead}</p>
    ${picker(page, traces, chosen)}
    <h3 class="asked">${method(chosen)} <code>${chosen.path}</code></h3>
    ${figures(page, waterfall)}
    <ol class="steps-taken">
      ${waterfall.bars.map((bar) => stepTaken(page, chosen, bar))}
    </ol>
    ${waterfall.bars.some(({ cut }) => cut) && html`<p class="hint">${words.cut}</p>`}`
}

function picker(page: Page, traces: readonly KeptTrace[], chosen: KeptTrace): Markup {
  const words = page.texts.session.trace
  return html`<nav class="requests" aria-label="${words.choose}">
    <p class="hint">${words.choose}</p>
    <ul>
      ${traces.map(
        (trace) =>
          html`<li>
            <a href="/session?request=${trace.id}#trace" ${trace === chosen && html`aria-current="true"`}>
              ${method(trace)} <code>${trace.path}</code>
              <span class="hint"
                >${clockTime(trace.startedAt, page.language)} · ${trace.status} · ${committed(trace, words)}</span
              >
            </a>
          </li>`,
      )}
    </ul>
  </nav>`
}

function method(trace: KeptTrace): Markup {
  return html`<b class="method ${trace.method === 'POST' && 'post'}">${trace.method}</b>`
}

/** Where the time went, to scale. */
function figures({ texts, language }: Page, { total, app, before, after }: Waterfall): Markup {
  const words = texts.session.trace
  const thousandth = (part: number): number => Math.round((part / Math.max(1, total)) * 1000)
  const appFrom = thousandth(before)
  const afterFrom = 1000 - Math.max(4, thousandth(after))
  const figure = (name: string, value: number, kind: string): Markup =>
    html`<div class="${kind}">
      <dt>${name}</dt>
      <dd>
        <b>${microseconds(value, language)}</b>
        <span class="hint">${words.share(percent(value, total, language))}</span>
      </dd>
    </div>`
  return html`<dl class="figures">
      <div>
        <dt>${words.inAll}</dt>
        <dd><b>${microseconds(total, language)}</b></dd>
      </div>
      ${figure(words.app, app, 'is-app')} ${figure(words.layer, before + after, 'is-layer')}
    </dl>
    <svg class="to-scale" viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="${words.scale}">
      <rect class="layer" x="0" width="${Math.max(4, appFrom)}" height="12" />
      <rect class="app" x="${Math.max(4, appFrom)}" width="${afterFrom - Math.max(4, appFrom)}" height="12" />
      <rect class="layer" x="${afterFrom}" width="${1000 - afterFrom}" height="12" />
    </svg>`
}

function stepTaken({ texts, language }: Page, trace: KeptTrace, bar: Bar): Markup {
  const words = texts.session.trace
  const { step, took, from, width, cut } = bar
  const { name, about } = words.steps[step.name]
  const told = outcomeOf(trace, bar, words)
  const tone = step.name === 'set-cookie' && step.outcome === 'sent' ? 'busy' : toneOf(step.outcome)
  return html`<li class="${step.name === 'handle' && 'is-app'}">
    <div class="words">
      <h4>${name}</h4>
      <p>${about}</p>
    </div>
    <div class="outcome">
      <p class="chip ${tone}">${told.word}</p>
      <p>${told.about}</p>
    </div>
    <div class="time">
      <p>
        <span class="unseen">${words.took}</span> <b>${microseconds(took, language)}</b>
        <span class="hint">${words.at} ${microseconds(step.at, language)}</span>
      </p>
      <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="ground" width="1000" height="10" />
        <rect class="bar" x="${from}" width="${width}" height="10" />
        ${cut && html`<rect class="gap" x="${from + width / 2 - 8}" width="6" height="10" /><rect class="gap" x="${from + width / 2 + 2}" width="6" height="10" />`}
      </svg>
    </div>
  </li>`
}

/** What became of the session, in a word or two. */
function committed(trace: KeptTrace, words: Page['texts']['session']['trace']): string {
  const outcome = trace.steps.find(({ name }) => name === 'commit')?.outcome ?? ''
  return toldOf(words.outcomes, 'commit', storedBefore(trace, outcome) ?? outcome)?.word ?? outcome
}

interface Told {
  readonly word: string
  readonly about: Content
}

function outcomeOf(trace: KeptTrace, { step }: Bar, words: Page['texts']['session']['trace']): Told {
  const { outcome } = step
  if (step.name === 'request') return { word: outcome, about: html`<code>${trace.path}</code>` }
  if (step.name === 'handle') return { word: outcome, about: words.handled[answerKind(Number(outcome))] }
  return (
    toldOf(words.outcomes, step.name, storedBefore(trace, step.outcome) ?? outcome) ?? {
      word: outcome,
      about: undefined,
    }
  )
}

/** Values that changed and were not written at the end were written by the app itself, in the middle of its work. */
function storedBefore({ steps }: KeptTrace, outcome: string): 'stored before' | undefined {
  const changed = steps.some((step) => step.name === 'prepare' && step.outcome === 'changed')
  return changed && (outcome === 'skipped' || outcome === 'touched') ? 'stored before' : undefined
}

function answerKind(status: number): 'page' | 'redirect' | 'refused' | 'failed' {
  if (status >= 500) return 'failed'
  if (status >= 400) return 'refused'
  return status >= 300 && status !== 304 ? 'redirect' : 'page'
}

const busy = new Set([
  'created',
  'saved',
  'renewed',
  'moved',
  'cleared',
  'touched',
  'changed',
  'destroyed',
  'with the new cookie',
])
const bad = new Set(['failed', 'rejected', 'gone', 'barred'])

/** Did something happen, did nothing have to, or did something go wrong? */
function toneOf(outcome: string): string {
  if (bad.has(outcome) || /^5\d\d$/.test(outcome)) return 'bad'
  return busy.has(outcome) ? 'busy' : ''
}
