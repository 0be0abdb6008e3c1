/**
 * Sessions as rows, to be sorted and chosen.
 */
import type { SessionSummary } from '../../core/summaries.js'
import { deviceName, type Order, type Sorting } from '../looking/matching.js'
import { bytes, moment, shortHandle } from './formats.js'
import { html, type Markup } from './html.js'
import type { Frame } from './layout.js'

export interface SessionTable {
  readonly caption: string
  readonly sessions: readonly SessionSummary[]
  /** How the rows are sorted, if they are. */
  readonly order: Order | undefined
  /** Where a column's heading leads; `undefined` for a table that is not to be sorted. */
  readonly sortLink: ((by: Sorting, descending: boolean) => string) | undefined
  /** Rows can be ticked, for the form that the table is in. */
  readonly choosable: boolean
}

const columns: readonly (readonly [Sorting, name: string])[] = [
  ['user', 'User'],
  ['device', 'Device'],
  ['address', 'Address'],
  ['created', 'Created'],
  ['seen', 'Last seen'],
  ['expires', 'Expires'],
  ['size', 'Size'],
]

export function sessionTable(frame: Frame, table: SessionTable): Markup {
  return html`<table class="sessions">
    <caption class="unseen">
      ${table.caption}
    </caption>
    <thead>
      <tr>
        ${table.choosable && html`<th scope="col" class="choose" data-choose-all><span class="unseen">Chosen</span></th>`}
        ${columns.map(([sorting, name]) => heading(sorting, name, table))}
      </tr>
    </thead>
    <tbody>
      ${table.sessions.map((session) => row(frame, session, table.choosable))}
    </tbody>
  </table>`
}

function heading(sorting: Sorting, name: string, { order, sortLink }: SessionTable): Markup {
  const isChosen = order?.by === sorting
  const direction = isChosen && (order.descending ? 'descending' : 'ascending')
  return html`<th scope="col" class="${sorting}" ${direction && html`aria-sort="${direction}"`}>
    ${sortLink === undefined ? name : html`<a href="${sortLink(sorting, isChosen && !order.descending)}">${name}</a>`}
  </th>`
}

function row({ base, now, ownHandle }: Frame, session: SessionSummary, choosable: boolean): Markup {
  const { handle, userId, device, createdAt, lastSeenAt, expiresAt, size } = session
  const name = userId ?? 'anonymous'
  const isOwn = handle === ownHandle
  const time = (value: number | undefined): Markup => (value === undefined ? html`–` : moment(value, now))
  return html`<tr ${isOwn && html`class="own"`}>
    ${
      choosable &&
      html`<td class="choose">
        <input
          type="checkbox"
          name="handle"
          value="${handle}"
          aria-label="Choose the session ${shortHandle(handle)} of ${name}"
        />
      </td>`
    }
    <th scope="row" class="user">
      <a href="${base}/sessions/${handle}">
        <span class="${userId === undefined && 'nobody'}">${name}</span> <code>${shortHandle(handle)}</code>
      </a>
      ${isOwn && html`<span class="chip">yours</span>`}
    </th>
    <td class="device" ${device?.userAgent !== undefined && html`title="${device.userAgent}"`}>
      ${device === undefined ? '–' : (deviceName(device) ?? '–')}
    </td>
    <td class="address">${device?.address ?? '–'}</td>
    <td class="created">${time(createdAt)}</td>
    <td class="seen">${time(lastSeenAt)}</td>
    <td class="expires">${time(expiresAt)}</td>
    <td class="size">${bytes(size)}</td>
  </tr>`
}
