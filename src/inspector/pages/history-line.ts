/**
 * What happened to a session, in a line.
 */
import type { HistoryEntry, HistoricName } from '../recording/history.js'
import { at, count, shortHandle, timeOfDay } from './formats.js'
import { html, type Markup } from './html.js'
import type { Frame } from './layout.js'
import { settledBriefly, settledPaths } from './settled-paths.js'

const words: Readonly<Record<HistoricName, string>> = {
  created: 'created',
  saved: 'saved',
  touched: 'touched',
  regenerated: 'got a new ID',
  signedIn: 'signed in',
  destroyed: 'ended by its own request',
  revoked: 'revoked',
  deviceChanged: 'came from another device',
  expired: 'timed out',
  conflict: 'changed by two requests at once',
  evicted: 'given up for lack of room',
  blocked: 'kept from coming back',
}

const details: Readonly<Record<string, string>> = {
  handle: 'by its handle',
  user: 'with all of its user',
  everyone: 'with everyone’s',
  limit: 'to make room for a newer one of its user',
  idle: 'without a request for too long',
  absolute: 'at its absolute limit',
  write: 'a late request wanted to write to it',
  touch: 'a late request wanted to move its deadline',
  cookie: 'a late response carried its cookie',
}

/** In the colours of the style sheet: what ended a session, and what was prevented. */
const tones: Readonly<Partial<Record<HistoricName, string>>> = {
  destroyed: 'b',
  revoked: 'b',
  expired: 'b',
  evicted: 'b',
  blocked: 'c',
  conflict: 'c',
  signedIn: 'a',
  created: 'a',
}

export function historyLine(
  { base }: Frame,
  entry: HistoryEntry,
  form: 'with-session' | 'of-session',
  times = 1,
): Markup {
  const { name, at: when, handle, userId, detail, paths } = entry
  // A sign-in tells its method in the app's own words.
  const told = detail === undefined ? undefined : name === 'signedIn' ? `by ${detail}` : (details[detail] ?? detail)
  const who = html`<a href="${base}/sessions/${handle}">${userId ?? html`<code>${shortHandle(handle)}</code>`}</a>`
  return html`<li>
    ${at(when, timeOfDay(when))}
    <p>
      <i class="swatch ${tones[name] ?? 'quiet'}"></i
      >${form === 'with-session' && html`${who} `}<b>${words[name]}</b>${times > 1 && `, ${count(times)} times`}${told !== undefined && html`<span>, ${told}</span>`}${
        paths !== undefined && form === 'with-session' && html`<span>, ${settledBriefly(paths)}</span>`
      }
    </p>
    ${paths !== undefined && form === 'of-session' && settledPaths(paths)}
  </li>`
}
