/**
 * The latest requests, each with its ten steps.
 */
import type { TraceStepName } from '../../core/trace.js'
import { outcomeOf, type KeptTrace } from '../recording/traces.js'
import { at, clock, count, counted, latency, shortHandle, timeOfDay } from './formats.js'
import { html, type Content, type Markup } from './html.js'
import { layout, type Frame } from './layout.js'
import { settledPaths } from './settled-paths.js'
import { appStep, waterfallOf, type Bar, type Waterfall } from './waterfall.js'

/** Which of the requests are asked for. */
export interface RequestFilter {
  readonly onlyConflicts: boolean
  /** Not the latest alone. */
  readonly all: boolean
}

const latest = 40

export function requestsPage(frame: Frame, traces: readonly KeptTrace[], filter: RequestFilter): Markup {
  const { base } = frame
  const { onlyConflicts } = filter
  const fitting = onlyConflicts ? traces.filter(({ conflicts }) => conflicts.length > 0) : traces
  const shown = filter.all ? fitting : fitting.slice(0, latest)
  const left = fitting.length - shown.length
  const content = html`<div class="heading">
      <h1>Requests</h1>
      ${traces.length > 0 && html`<p class="state">${counted(traces.length, 'request')} kept</p>`}
    </div>
    ${
      traces.length > 0 &&
      html`<nav class="filter" aria-label="Which requests">
        <a href="${base}/requests" ${!onlyConflicts && html`aria-current="true"`}>All</a>
        <a href="${base}/requests?conflicts=1" ${onlyConflicts && html`aria-current="true"`}>With conflicts</a>
      </nav>`
    }
    ${shown.length === 0 ? nothing(frame, onlyConflicts && traces.length > 0) : list(frame, shown)}
    ${
      left > 0 &&
      html`<nav class="pages" aria-label="More">
        <a class="next" href="${base}/requests?all=1${onlyConflicts && '&conflicts=1'}">Show ${count(left)} more</a>
      </nav>`
    }`
  return layout(frame, { title: 'Requests', section: 'requests', content })
}

function nothing({ tracing }: Frame, filtered: boolean): Markup {
  if (filtered) return html`<p class="empty">No two of these requests changed a session at the same time.</p>`
  return tracing
    ? html`<p class="empty">
        No request has come since the inspector was mounted. Load this page again after the next one.
      </p>`
    : html`<p class="empty">
        Requests are not traced in production unless they are asked for:
        <code>inspector(sessions, { authorize, trace: true })</code>.
      </p>`
}

function list({ base }: Frame, traces: readonly KeptTrace[]): Markup {
  return html`<table class="requests">
      <caption class="unseen">
        The latest requests, the newest first
      </caption>
      <thead>
        <tr>
          <th scope="col" class="time">Time</th>
          <th scope="col" class="request">Request</th>
          <th scope="col" class="who">Session</th>
          <th scope="col" class="became">Became</th>
          <th scope="col" class="waterfall">The ten steps</th>
          <th scope="col" class="took">Took</th>
        </tr>
      </thead>
      <tbody>
        ${traces.map((trace) => {
          const waterfall = waterfallOf(trace.steps)
          return html`<tr>
            <td class="time">${at(trace.startedAt, timeOfDay(trace.startedAt))}</td>
            <th scope="row" class="request">
              <a href="${base}/requests/${trace.id}"><b>${trace.method}</b> <code>${trace.path}</code></a>
              <span class="${isError(trace) && 'bad'}">${trace.status}</span>
            </th>
            <td class="who">${who(base, trace)}</td>
            <td class="became">
              ${outcomeOf(trace.steps, 'commit') ?? '–'}
              ${trace.conflicts.length > 0 && html`<span class="chip c">conflict</span>`}
            </td>
            <td class="waterfall">${strip(waterfall)}</td>
            <td class="took">${latency(waterfall.total / 1000)}</td>
          </tr>`
        })}
      </tbody>
    </table>
    <p class="legend">${legend.map(([tone, words]) => html`<span><i class="swatch ${tone}"></i>${words}</span>`)}</p>`
}

/** All steps in one line. */
function strip({ bars, total }: Waterfall): Markup {
  const label = `${latency(total / 1000)}: ${bars.map(({ step, took }) => `${step.name} ${latency(took / 1000)}`).join(', ')}`
  return html`<svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}">
    <rect class="ground" width="1000" height="10" />
    ${bars.map((bar) => rect(bar))}
  </svg>`
}

export function requestPage(frame: Frame, trace: KeptTrace): Markup {
  const { base } = frame
  const waterfall = waterfallOf(trace.steps)
  const { total, app, bars } = waterfall
  const content = html`<div class="heading">
      <h1><b>${trace.method}</b> <code>${trace.path}</code></h1>
      <p class="state">${clock(trace.startedAt)}</p>
    </div>
    <dl class="figures">
      ${figure('in all', latency(total / 1000))} ${figure('the app', latency(app / 1000))}
      ${figure('sessions', latency((total - app) / 1000))}
      ${figure('status', isError(trace) ? html`<b class="bad">${trace.status}</b>` : (trace.status ?? '–'))}
      ${figure('session', who(base, trace))}
    </dl>
    <section class="panel" aria-labelledby="steps">
      <h2 id="steps">The ten steps</h2>
      <ol class="steps">
        ${bars.map((bar) => stepLine(bar))}
      </ol>
      ${bars.some(({ cut }) => cut) && html`<p class="note">The app’s own time is drawn shorter than it was, so that the others can be seen.</p>`}
    </section>
    ${trace.conflicts.length > 0 && metChanges(trace)}
    <p><a href="${base}/requests">All requests</a></p>`
  return layout(frame, { title: `${trace.method} ${trace.path}`, section: 'requests', content })
}

function metChanges({ conflicts: settled }: KeptTrace): Markup {
  return html`<section class="panel" aria-labelledby="conflicts">
    <h2 id="conflicts">Changes that met others</h2>
    <p class="note">
      Another request changed the session while this one ran, which was the later of them. Path by path:
    </p>
    ${settled.map((paths) => settledPaths(paths))}
  </section>`
}

function stepLine(bar: Bar): Markup {
  const { step, took, cut } = bar
  return html`<li class="${step.name === appStep && 'app'}">
    <h3>${step.name}</h3>
    <p class="about">${about[step.name]}</p>
    <p class="outcome">${step.outcome === '' ? '–' : step.outcome}</p>
    <svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" width="1000" height="10" />
      ${rect(bar)} ${cut && gap(bar)}
    </svg>
    <p class="took">${latency(took / 1000)}</p>
  </li>`
}

function rect({ step, from, width }: Bar): Markup {
  return html`<rect class="fill ${tones[step.name]}" x="${from}" width="${width}" height="10" />`
}

/** Shows that a bar is longer than it is drawn. */
function gap({ from, width }: Bar): Markup {
  const middle = from + width / 2
  return html`<rect class="gap" x="${middle - 8}" width="5" height="10" /><rect
      class="gap"
      x="${middle + 3}"
      width="5"
      height="10"
    />`
}

const tones: Readonly<Record<TraceStepName, string>> = {
  request: 'a',
  cookie: 'a',
  load: 'd',
  attach: 'a',
  handle: 'quiet',
  prepare: 'a',
  commit: 'c',
  'set-cookie': 'a',
  send: 'a',
  return: 'a',
}

const legend = [
  ['a', 'sessions'],
  ['d', 'load'],
  ['quiet', 'the app'],
  ['c', 'commit'],
] as const

const about: Readonly<Record<TraceStepName, string>> = {
  request: 'it comes in',
  cookie: 'the ticket is read and its signature checked',
  load: 'the session is fetched, or a new one begun',
  attach: 'req.session is there',
  handle: 'the app does its work',
  prepare: 'is there anything to store?',
  commit: 'the store has it',
  'set-cookie': 'the cookie, where it is due',
  send: 'the response goes out',
  return: 'how the visitor comes back',
}

function isError({ status }: KeptTrace): boolean {
  return status !== undefined && status >= '400'
}

function who(base: string, { handle, userId }: KeptTrace): Content {
  if (handle === undefined) return html`<span class="nobody">none kept</span>`
  return html`<a href="${base}/sessions/${handle}">${userId ?? html`<code>${shortHandle(handle)}</code>`}</a>`
}

function figure(name: string, value: Content): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}
