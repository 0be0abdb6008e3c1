/**
 * The question before sessions are ended.
 */
import type { SessionSummary } from '../../core/summaries.js'
import { count } from './formats.js'
import { html, type Content, type Markup } from './html.js'
import { layout, type Frame } from './layout.js'
import { sessionTable } from './session-table.js'

export type Ending =
  | { readonly what: 'sessions'; readonly sessions: readonly SessionSummary[]; readonly asked: number }
  | { readonly what: 'user'; readonly user: string; readonly sessions: readonly SessionSummary[] }
  | { readonly what: 'everyone'; readonly total: number | undefined }

/** What has to be typed before everyone is signed out. */
export const everyoneWord = 'everyone'

export function confirmPage(frame: Frame, ending: Ending, mistyped = false): Markup {
  const { base } = frame
  const title = titleOf(ending)
  const content = html`<h1>${title}</h1>
    ${told(frame, ending)}
    <p>Whoever uses them is signed out with their next request. This cannot be taken back.</p>
    <form class="confirm" method="post" action="${base}/end">
      ${fields(ending)} ${ending.what === 'everyone' && wordField(mistyped)}
      <p>
        <button class="danger">${buttonOf(ending)}</button>
        <a href="${base}/sessions">Leave them</a>
      </p>
    </form>`
  return layout(frame, { title, section: 'sessions', content })
}

function titleOf(ending: Ending): string {
  if (ending.what === 'everyone') return 'End everyone’s sessions?'
  const { length } = ending.sessions
  if (ending.what === 'user') return `End all sessions of ${ending.user}?`
  return length === 1 ? 'End this session?' : `End these ${count(length)} sessions?`
}

function buttonOf(ending: Ending): string {
  if (ending.what === 'everyone') return 'End all sessions'
  const { length } = ending.sessions
  return length === 1 ? 'End one session' : `End ${count(length)} sessions`
}

function told(frame: Frame, ending: Ending): Markup {
  const own = html`<p class="notice warning">Your own session is among them: you will have to sign in again.</p>`
  if (ending.what === 'everyone') {
    const { total } = ending
    return html`<p>
        That is every session of the store${total !== undefined && `, about ${count(total)}`}, those of other servers of
        this app included. It takes a while where there are many.
      </p>
      ${frame.ownHandle !== undefined && own}`
  }
  const { sessions } = ending
  const caption = 'Sessions to be ended'
  const gone = ending.what === 'sessions' ? ending.asked - sessions.length : 0
  return html`${sessionTable(frame, { caption, sessions, order: undefined, sortLink: undefined, choosable: false })}
  ${gone > 0 && html`<p class="note">${count(gone)} of those chosen ${gone === 1 ? 'is' : 'are'} gone already.</p>`}
  ${ending.what === 'user' && html`<p>Sign-ins of this user that are under way at that moment are ended, too.</p>`}
  ${sessions.some(({ handle }) => handle === frame.ownHandle) && own}`
}

function fields(ending: Ending): Content {
  const what = hidden('what', ending.what)
  if (ending.what === 'user') return [what, hidden('user', ending.user)]
  if (ending.what === 'everyone') return what
  return [what, ending.sessions.map(({ handle }) => hidden('handle', handle))]
}

function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}" />`
}

function wordField(mistyped: boolean): Markup {
  return html`<p>
    <label for="word">Type <b>${everyoneWord}</b> to confirm it</label>
    <input
      id="word"
      name="word"
      autocomplete="off"
      spellcheck="false"
      required
      ${mistyped && html`aria-invalid="true" aria-describedby="mistyped" autofocus`}
    />
    ${mistyped && html`<span id="mistyped" class="bad">That was another word, and nothing was ended.</span>`}
  </p>`
}
