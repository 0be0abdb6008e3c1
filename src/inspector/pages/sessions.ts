/**
 * The sessions: searched, sorted, a page at a time.
 */
import type { Found, Search } from '../looking/search.js'
import { searchFields, type Order, type SearchField, type Sorting } from '../looking/matching.js'
import { count, counted } from './formats.js'
import { html, type Markup } from './html.js'
import { layout, type Frame } from './layout.js'
import { sessionTable } from './session-table.js'

export interface SessionsView {
  readonly search: Search
  readonly order: Order | undefined
  readonly found: Found
  /** About how many there are in all; `undefined` where the store did not say. */
  readonly total: number | undefined
  /** How many sessions were ended a moment ago, by the form that led here. */
  readonly ended: number | undefined
}

const fieldNames: Readonly<Record<SearchField, string>> = {
  any: 'anything',
  user: 'user',
  handle: 'handle',
  address: 'address',
  device: 'device',
}

export function sessionsPage(frame: Frame, view: SessionsView): Markup {
  const { base } = frame
  const { found, order, total } = view
  const { sessions } = found
  const content = html`<div class="heading">
      <h1>Sessions</h1>
      ${total !== undefined && html`<p class="state">${total === 0 ? 'none' : `about ${counted(total, 'record')}`} in the store</p>`}
    </div>
    ${view.ended !== undefined && html`<p class="notice" role="status">${endedWords(view.ended)}</p>`}
    ${searchForm(frame, view)}
    ${
      sessions.length === 0
        ? nothing(view)
        : html`<form method="post" action="${base}/confirm" data-choosing>
            <input type="hidden" name="what" value="sessions" />
            ${sessionTable(frame, {
              caption: 'Sessions',
              sessions,
              order,
              sortLink: (by, descending) => link(frame, view, { sort: by, order: descending ? 'desc' : 'asc' }),
              choosable: true,
            })}
            <div class="below">
              <p><button class="danger">End the chosen sessions…</button> <span data-chosen></span></p>
              <p class="note">${orderWords(order)}</p>
            </div>
          </form>`
    }
    ${progress(frame, view)}
    ${
      total !== 0 &&
      html`<form class="everyone" method="post" action="${base}/confirm">
        <input type="hidden" name="what" value="everyone" />
        <button class="danger quiet">End everyone’s sessions…</button>
      </form>`
    }`
  return layout(frame, { title: 'Sessions', section: 'sessions', content })
}

function searchForm({ base }: Frame, { search }: SessionsView): Markup {
  return html`<form class="search" role="search" action="${base}/sessions">
    <label class="unseen" for="q">Search for</label>
    <input
      id="q"
      name="q"
      type="search"
      value="${search.text}"
      placeholder="User, handle, address or device"
      autocomplete="off"
      spellcheck="false"
      maxlength="200"
    />
    <label class="unseen" for="in">in</label>
    <select id="in" name="in">
      ${searchFields.map(
        (field) =>
          html`<option value="${field}" ${field === search.field && html`selected`}>in ${fieldNames[field]}</option>`,
      )}
    </select>
    <button>Search</button>
    ${search.text !== '' && html`<a href="${base}/sessions">Show all</a>`}
  </form>`
}

function nothing({ search, found, total }: SessionsView): Markup {
  if (found.cursor !== undefined) return html``
  if (search.text !== '') {
    return html`<p class="empty">
      No session has “${search.text}” in
      ${search.field === 'any' ? 'its user, handle, address or device' : `its ${fieldNames[search.field]}`}.
    </p>`
  }
  return html`<p class="empty">
    ${total === 0 ? 'There are no sessions yet. One begins when the app puts something into req.session.' : 'There are no sessions here.'}
  </p>`
}

/** How far it looked, and how to go on. */
function progress(frame: Frame, view: SessionsView): Markup {
  const { search, found } = view
  const { cursor, looked, atOnce } = found
  const isFirst = search.cursor === undefined
  const first = !isFirst && html`<a href="${link(frame, view, { cursor: undefined })}">Back to the first</a>`
  const next = (words: string): Markup | false =>
    cursor !== undefined && html`<a class="next" rel="next" href="${link(frame, view, { cursor })}">${words}</a>`
  if (search.text === '') {
    if (isFirst && cursor === undefined) return html``
    return html`<nav class="pages" aria-label="Pages">${first} ${next('Next page')}</nav>`
  }
  const { length } = found.sessions
  if (atOnce) {
    return html`<nav class="pages" aria-label="Pages">
      <p>Found at once${cursor !== undefined && '. Users whose ID only contains it were not looked for'}.</p>
      ${next('Look for them, too')}
    </nav>`
  }
  const here = `${counted(looked, 'record')} looked at ${isFirst ? 'so far' : 'for this page'}, ${length === 0 ? 'none' : count(length)} found`
  return html`<nav class="pages" aria-label="Pages">
    <p>${here}${cursor === undefined ? ': that was the last of them.' : '. There are more to look at.'}</p>
    ${first} ${next('Go on looking')}
  </nav>`
}

function orderWords(order: Order | undefined): string {
  return order === undefined
    ? 'In the order in which the store has them. A column’s heading sorts this page.'
    : 'This page is sorted; pages follow each other in the order of the store.'
}

function endedWords(ended: number): string {
  if (ended === 0) return 'There was nothing left to end.'
  return ended === 1 ? 'One session was ended.' : `${count(ended)} sessions were ended.`
}

interface LinkChanges {
  readonly sort?: Sorting
  readonly order?: 'asc' | 'desc'
  readonly cursor?: string | undefined
}

function link({ base }: Frame, { search, order }: SessionsView, changes: LinkChanges): string {
  const cursor = 'cursor' in changes ? changes.cursor : search.cursor
  const query = new URLSearchParams()
  if (search.text !== '') query.set('q', search.text)
  if (search.field !== 'any') query.set('in', search.field)
  const sort = changes.sort ?? order?.by
  if (sort !== undefined) {
    query.set('sort', sort)
    query.set('order', changes.order ?? (order?.descending === true ? 'desc' : 'asc'))
  }
  if (cursor !== undefined) query.set('cursor', cursor)
  return `${base}/sessions${query.size === 0 ? '' : `?${query.toString()}`}`
}
