/**
 * One session: whose it is, what it holds, what happened to it.
 */
import type { SessionSummary } from '../../core/summaries.js'
import type { CookieSettings } from '../../core/request-sessions.js'
import { parseData } from '../../core/codec.js'
import type { Redact } from '../looking/redaction.js'
import type { SeenSession } from '../looking/sight.js'
import type { RepeatedEntry } from '../recording/history.js'
import { deviceName } from '../looking/matching.js'
import { cookieAttributes } from './cookie-attributes.js'
import { dataTree } from './data-tree.js'
import { bytes, clock, counted, moment, shortHandle } from './formats.js'
import { historyLine } from './history-line.js'
import { html, type Content, type Markup } from './html.js'
import { layout, type Frame } from './layout.js'
import { sessionTable } from './session-table.js'

export interface SessionView {
  readonly handle: string
  /** `undefined` for one that is over, of which the history may still tell. */
  readonly seen: SeenSession | undefined
  readonly cookie: CookieSettings
  readonly redact: Redact
  readonly history: readonly RepeatedEntry[]
  /** The user's other sessions. */
  readonly others: readonly SessionSummary[]
}

export function sessionPage(frame: Frame, view: SessionView): Markup {
  const { handle, seen, others } = view
  const content =
    seen === undefined
      ? html`<div class="heading">
            <h1>Session ${shortHandle(handle)}</h1>
            <p class="state">not in the store</p>
          </div>
          <p class="empty">
            It has ended, or goes on under a new ID and another handle, or never was one.
            <a href="${frame.base}/sessions">All sessions</a>
          </p>
          ${history(frame, view)}`
      : html`${heading(frame, seen.summary)}
          <div class="columns">
            <div>${data(view, seen)} ${history(frame, view)}</div>
            <div>${facts(frame, seen)} ${cookie(view, seen)}</div>
          </div>
          ${others.length > 0 && otherSessions(frame, others)}`
  return layout(frame, { title: `Session ${shortHandle(handle)}`, section: 'sessions', content })
}

function heading({ base, ownHandle }: Frame, { handle, userId }: SessionSummary): Markup {
  return html`<div class="heading">
    <h1>${userId === undefined ? 'Anonymous session' : html`Session of ${userId}`}</h1>
    ${handle === ownHandle && html`<p class="chip">yours</p>`}
    <div class="actions">
      <form method="post" action="${base}/confirm">
        <input type="hidden" name="what" value="sessions" />
        <input type="hidden" name="handle" value="${handle}" />
        <button class="danger">End this session…</button>
      </form>
      ${
        userId !== undefined &&
        html`<form method="post" action="${base}/confirm">
          <input type="hidden" name="what" value="user" />
          <input type="hidden" name="user" value="${userId}" />
          <button class="danger quiet">End all of ${userId}…</button>
        </form>`
      }
    </div>
  </div>`
}

function data({ redact }: SessionView, { record, holdsId }: SeenSession): Markup {
  const values = parseData(record.data)
  return html`<section class="panel" aria-labelledby="data">
    <h2 id="data">Data</h2>
    ${
      values === undefined
        ? html`<p class="empty">It cannot be read: the store holds a text that is no JSON object.</p>`
        : dataTree(values, redact, holdsId)
    }
  </section>`
}

function history(frame: Frame, { history: entries }: SessionView): Markup {
  return html`<section class="panel" aria-labelledby="history">
    <h2 id="history">History</h2>
    ${
      entries.length === 0
        ? html`<p class="empty">Nothing has happened to it in this process lately.</p>`
        : html`<ol class="events">
            ${entries.map(({ entry, times }) => historyLine(frame, entry, 'of-session', times))}
          </ol>`
    }
  </section>`
}

function facts({ now }: Frame, { summary, record }: SeenSession): Markup {
  const { handle, createdAt, lastSeenAt, expiresAt, absoluteExpiresAt, authenticatedAt, method, device, size } = summary
  const time = (value: number | undefined, without: string): Content =>
    value === undefined ? without : html`${moment(value, now)} <small>${clock(value)}</small>`
  return html`<section class="panel" aria-labelledby="facts">
    <h2 id="facts">What is known</h2>
    <dl class="facts">
      ${fact('Handle', html`<code class="handle">${handle}</code>`)} ${fact('Created', time(createdAt, 'unknown'))}
      ${fact('Last seen', time(lastSeenAt, 'unknown'))} ${fact('Expires', time(expiresAt, 'never'))}
      ${fact('At the latest', time(absoluteExpiresAt, 'no such limit'))}
      ${fact(
        'Signed in',
        authenticatedAt === undefined ? 'no' : [time(authenticatedAt, ''), method !== undefined && ` by ${method}`],
      )}
      ${fact('Device', device === undefined ? 'not kept' : [deviceName(device) ?? 'unknown', html` <small>${device.userAgent}</small>`])}
      ${fact('Address', device?.address ?? 'not kept')}
      ${fact('Size', [bytes(size), html` <small>version ${record.version}</small>`])}
    </dl>
  </section>`
}

function cookie({ cookie: settings }: SessionView, { cookie: own, summary }: SeenSession): Markup {
  const { attributes, note } = cookieAttributes(settings, own, summary.expiresAt)
  return html`<section class="panel" aria-labelledby="cookie">
    <h2 id="cookie">Cookie</h2>
    <dl class="facts">
      ${fact('Name', html`<code>${settings.name}</code>`)} ${attributes.map(([name, value]) => fact(name, value))}
    </dl>
    <p class="note">${note}</p>
  </section>`
}

function otherSessions(frame: Frame, sessions: readonly SessionSummary[]): Markup {
  const caption = `${counted(sessions.length, 'other session')} of this user`
  return html`<section class="others" aria-labelledby="others">
    <h2 id="others">${caption}</h2>
    ${sessionTable(frame, { caption, sessions, order: undefined, sortLink: undefined, choosable: false })}
  </section>`
}

function fact(name: string, value: Content): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}
