/**
 * The overview: what goes on now, in parts that are sent again while somebody watches.
 */
import type { Headcount } from '../looking/census.js'
import type { Latencies } from '../recording/latencies.js'
import type { Tallied } from '../recording/recorder.js'
import type { HistoryEntry } from '../recording/history.js'
import { latencyLines, mirroredColumns, shares, sparkline, stackedColumns } from './charts.js'
import { count, counted, latency, moment, percent } from './formats.js'
import { historyLine } from './history-line.js'
import { html, type Content, type Markup } from './html.js'
import { layout, type Frame } from './layout.js'

/** One tally, as the overview shows it. */
export interface Pace {
  readonly lastMinute: number
  readonly total: number
  /** Columns of the charts, the oldest first. */
  readonly columns: readonly number[]
}

export interface Overview {
  /** How far the charts go back. */
  readonly minutes: number
  readonly headcount: Headcount | undefined
  /** Why the store could not be looked at. */
  readonly trouble: string | undefined
  readonly paces: Readonly<Record<Tallied, Pace>>
  readonly rejections: readonly (readonly [reason: string, times: number])[]
  readonly latencies: {
    /** Of the last five minutes. */
    readonly recent: Latencies
    readonly columns: readonly Latencies[]
  }
  readonly operations: readonly (readonly [name: string, recent: Latencies])[]
  readonly latest: readonly HistoryEntry[]
}

export type OverviewPart = 'people' | 'life' | 'traffic' | 'latency' | 'guards' | 'operations' | 'lately'

type Parts = Readonly<Record<OverviewPart, Markup>>

export function overviewParts(frame: Frame, overview: Overview): Parts {
  return {
    people: people(frame, overview),
    life: life(overview),
    traffic: traffic(overview),
    latency: latencyPart(overview),
    guards: guards(overview),
    operations: operations(overview),
    lately: lately(frame, overview.latest),
  }
}

export function overviewPage(frame: Frame, overview: Overview): Markup {
  const parts = overviewParts(frame, overview)
  const part = (name: OverviewPart): Markup => html`<div data-live="${name}">${parts[name]}</div>`
  const content = html`<div class="heading">
      <h1>Overview</h1>
      <p class="state" data-state role="status">As of now. Load the page again for newer numbers.</p>
    </div>
    <section class="panel people" aria-labelledby="people">
      <h2 id="people">Live sessions</h2>
      ${part('people')}
    </section>
    <div class="grid">
      <section class="panel" aria-labelledby="life">
        <h2 id="life">Created and ended</h2>
        ${part('life')}
      </section>
      <section class="panel" aria-labelledby="traffic">
        <h2 id="traffic">Asked of the store</h2>
        ${part('traffic')}
      </section>
      <section class="panel" aria-labelledby="latency">
        <h2 id="latency">How long the store takes</h2>
        ${part('latency')}
        <h3 id="operations">By operation, in the last five minutes</h3>
        ${part('operations')}
      </section>
      <section class="panel" aria-labelledby="guards">
        <h2 id="guards">What was prevented</h2>
        ${part('guards')}
      </section>
      <section class="panel wide" aria-labelledby="lately">
        <h2 id="lately">Lately</h2>
        ${part('lately')}
      </section>
    </div>`
  return layout(frame, { title: 'Overview', section: 'overview', content })
}

function people({ base, now }: Frame, { headcount, trouble }: Overview): Markup {
  if (headcount === undefined) return html`<p class="empty">${trouble ?? 'The sessions have not been counted yet.'}</p>`
  const { living, signedIn, anonymous, exact, looked, at } = headcount
  if (exact && living === 0) {
    return html`<p class="number">0</p>
      <p class="empty">${trouble ?? 'The first one appears as soon as a visitor’s session is stored.'}</p>`
  }
  const about = exact ? '' : html`<span class="about" title="about">≈</span>`
  const tells = `${count(signedIn)} signed in, ${count(anonymous)} anonymous`
  return html`<p class="number"><a href="${base}/sessions">${about}${count(living)}</a></p>
    <div>
      ${shares(
        [
          { tone: 'a', value: signedIn },
          { tone: 'quiet', value: anonymous },
        ],
        tells,
      )}
      <dl class="figures">
        ${figure('a', 'signed in', html`${about}${count(signedIn)}`, percent(signedIn, living))}
        ${figure('quiet', 'anonymous', html`${about}${count(anonymous)}`, percent(anonymous, living))}
      </dl>
      ${!exact && html`<p class="note">Estimated from ${counted(looked, 'record')}, looked at ${moment(at, now)}.</p>`}
      ${trouble !== undefined && html`<p class="note bad">${trouble}</p>`}
    </div>`
}

function life({ minutes, paces: { created, ended } }: Overview): Markup {
  const label = `Sessions in the last ${minutes} minutes: upwards those created, downwards those ended. In the last minute ${count(created.lastMinute)} and ${count(ended.lastMinute)}.`
  return html`<dl class="figures">
      ${figure('a', 'created', perMinute(created), `${count(created.total)} in all`)}
      ${figure('b', 'ended', perMinute(ended), `${count(ended.total)} in all`)}
    </dl>
    ${mirroredColumns({ tone: 'a', values: created.columns }, { tone: 'b', values: ended.columns }, { minutes, label })}`
}

function traffic({ minutes, paces: { reads, writes, touches, deletes } }: Overview): Markup {
  const label = `Calls of the store in the last ${minutes} minutes. In the last minute ${count(reads.lastMinute)} reads, ${count(writes.lastMinute)} writes, ${count(touches.lastMinute)} touches and ${count(deletes.lastMinute)} deletions.`
  return html`<dl class="figures">
      ${figure('a', 'reads', perMinute(reads))} ${figure('c', 'writes', perMinute(writes))}
      ${figure('d', 'touches', perMinute(touches))} ${figure('b', 'deletions', perMinute(deletes))}
    </dl>
    ${stackedColumns(
      [
        { tone: 'a', values: reads.columns },
        { tone: 'c', values: writes.columns },
        { tone: 'd', values: touches.columns },
        { tone: 'b', values: deletes.columns },
      ],
      { minutes, label },
    )}`
}

function latencyPart({ minutes, latencies: { recent, columns }, paces }: Overview): Markup {
  const [median, slowest] = [recent.quantile(0.5), recent.quantile(0.99)]
  const label = `Latency of the store in the last ${minutes} minutes, on a scale of powers of ten. In the last five minutes the median was ${latencyOf(median)}, and 99 of 100 calls took at most ${latencyOf(slowest)}.`
  const { total } = paces.failed
  return html`<dl class="figures">
      ${figure('a', html`<abbr title="half of the calls took no longer">p50</abbr>`, latencyOf(median))}
      ${figure('c', html`<abbr title="99 of 100 calls took no longer">p99</abbr>`, latencyOf(slowest))}
      ${figure('b', 'failed', count(total), total === 0 ? undefined : 'in all')}
    </dl>
    ${latencyLines(
      [
        { tone: 'c', values: columns.map((column) => column.quantile(0.99)) },
        { tone: 'a', values: columns.map((column) => column.quantile(0.5)) },
      ],
      { minutes, label },
    )}`
}

function guards({ paces, rejections }: Overview): Markup {
  const { spared, merged, overruled, blocked, rejected } = paces
  const conflicts: Pace = {
    lastMinute: merged.lastMinute + overruled.lastMinute,
    total: merged.total + overruled.total,
    columns: merged.columns.map((value, index) => value + overruled.columns[index]!),
  }
  const row = (tone: string, name: string, pace: Pace, told: Content): Markup =>
    html`<li>
      <h3>${name}</h3>
      <p class="amount"><b>${count(pace.total)}</b> <span>${count(pace.lastMinute)}/min</span></p>
      ${sparkline({ tone, values: pace.columns })}
      <p class="note">${told}</p>
    </li>`
  return html`<ul class="guards">
    ${row('d', 'Touches saved', spared, 'Requests whose deadline had hardly moved, so that nothing was written.')}
    ${row('a', 'Conflicts merged', conflicts, [
      'Changes that two requests made at once. ',
      `Kept whole: ${count(merged.total)}; with a path that both changed: ${count(overruled.total)}.`,
    ])}
    ${row('c', 'Revivals blocked', blocked, 'Late requests that would have brought back a session that had ended.')}
    ${row(
      'b',
      'Cookies rejected',
      rejected,
      rejections.length === 0
        ? 'Cookies that led to no session.'
        : `By reason: ${rejections.map(([reason, times]) => `${reason} ${count(times)}`).join(', ')}.`,
    )}
  </ul>`
}

function operations({ operations: rows }: Overview): Markup {
  if (rows.length === 0) return html`<p class="empty">The store has not been asked for anything yet.</p>`
  return html`<table class="numbers" aria-labelledby="operations">
    <thead>
      <tr>
        <th scope="col">operation</th>
        <th scope="col">calls</th>
        <th scope="col">p50</th>
        <th scope="col">p99</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([name, recent]) =>
          html`<tr>
            <th scope="row"><code>${name}</code></th>
            <td>${count(recent.count)}</td>
            <td>${latencyOf(recent.quantile(0.5))}</td>
            <td>${latencyOf(recent.quantile(0.99))}</td>
          </tr>`,
      )}
    </tbody>
  </table>`
}

function lately(frame: Frame, latest: readonly HistoryEntry[]): Markup {
  if (latest.length === 0) return html`<p class="empty">Nothing has happened since the inspector was mounted.</p>`
  return html`<ol class="events">
    ${latest.map((entry) => historyLine(frame, entry, 'with-session'))}
  </ol>`
}

function figure(tone: string, name: Content, value: Content, aside?: string): Markup {
  return html`<div>
    <dt><i class="swatch ${tone}"></i>${name}</dt>
    <dd>${value}${aside !== undefined && html` <span>${aside}</span>`}</dd>
  </div>`
}

function perMinute({ lastMinute }: Pace): Markup {
  return html`${count(lastMinute)}<span>/min</span>`
}

function latencyOf(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : latency(milliseconds)
}
