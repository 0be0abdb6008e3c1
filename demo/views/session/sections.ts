/**
 * The parts of the page about the visitor's session: values, what is known beside them, ID, cookie, record.
 */
import type { Page } from '../../http/page.js'
import type { SessionView } from '../../inspection/session-view.js'
import { html, type Content, type Markup } from '../html.js'
import { formatNumber, fromNow, moment } from '../times.js'
import { inlineJson, prettyJson } from './json.js'
import { masked } from './masked.js'

export function valuesSection({ texts }: Page, { values }: SessionView): Markup {
  const words = texts.session.values
  const explained: Readonly<Record<string, string>> = words.keys
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  if (entries.length === 0)
    return html`<p>${words.lead}</p>
      <p><code class="json">{}</code> ${words.none}</p>`
  return html`<p>${words.lead}</p>
    <dl class="tree">
      ${entries.map(
        ([key, value]) =>
          html`<div>
            <dt><code>${key}</code> <span class="hint">${explained[key]}</span></dt>
            <dd>${branch(value)}</dd>
          </div>`,
      )}
    </dl>
    <details>
      <summary>${words.asJson}</summary>
      ${prettyJson(values)}
    </details>`
}

function branch(value: unknown): Content {
  if (typeof value !== 'object' || value === null) return inlineJson(value)
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  if (entries.length === 0) return inlineJson(value)
  return html`<ul>
    ${entries.map(([key, inner]) => html`<li><code>${key}</code> ${branch(inner)}</li>`)}
  </ul>`
}

/** What the session layer knows of a session that is a customer's. */
export function infoSection({ texts, language }: Page, { info }: SessionView): Markup {
  const words = texts.session.info
  const { userId, method, authenticatedAt, absoluteExpiresAt, device } = info
  if (userId === undefined)
    return html`<p>${words.lead}</p>
      <p>${words.nobody}</p>`
  const when = (time: number | undefined): Content => time !== undefined && moment(time, language)
  const said = [device?.browser, device?.system, device?.kind, device?.address].filter((part) => part !== undefined)
  return html`<p>${words.lead}</p>
    <table class="facts">
      <tbody>
        ${fact(words.user, html`<code>${userId}</code>`, words.userAbout)}
        ${fact(words.proved, when(authenticatedAt), words.provedAbout)}
        ${fact(words.method, html`<code>${method}</code>`, words.methodAbout)}
        ${fact(words.device, html`<code>${said.join(' · ')}</code>`, words.deviceAbout)}
        ${fact(words.limit, when(absoluteExpiresAt), words.limitAbout)}
      </tbody>
    </table>
    <p><a href="/account/devices">${words.deviceLink}</a></p>`
}

export function idSection({ texts }: Page, { stranger, id, revealed }: SessionView): Markup {
  const words = texts.session.id
  if (stranger)
    return html`<p>${words.lead}</p>
      <p>${words.unborn}</p>`
  if (revealed)
    return html`<p>${words.lead}</p>
      <p><code class="secret">${id}</code></p>
      <p class="hint" role="status">${words.shown}</p>`
  return html`<p>${words.lead}</p>
    <form method="post" action="/session/id#id" class="reveal">
      <code class="secret">${masked(id, 24)}</code> <button class="quiet">${words.show}</button>
    </form>`
}

export function cookieSection({ texts, language, stay }: Page, { stranger, id, cookie }: SessionView): Markup {
  const words = texts.session.cookie
  if (stranger) return html`<p>${words.none}</p>`
  const value = `${masked(id)}.${'•'.repeat(12)}`
  const { expires } = cookie
  const parts: readonly (readonly [string, Content, boolean?] | false)[] = [
    [`${cookie.name}=${value}`, words.value],
    [`Path=${cookie.path}`, words.path],
    expires !== undefined && [
      `Expires=${expires.toUTCString()}`,
      html`${stay?.final === false ? words.expiresSoon : words.expires}
        <span class="hint">${fromNow(expires.getTime(), language)}</span>`,
    ],
    cookie.httpOnly && ['HttpOnly', words.httpOnly],
    cookie.sameSite !== undefined && [`SameSite=${capital(cookie.sameSite)}`, words.sameSite],
    cookie.secure ? ['Secure', words.secure] : ['Secure', words.notSecure, true],
    ['Domain', words.domain, true],
  ]
  const there = parts.filter((part) => part !== false)
  const line = there.filter(([, , missing]) => missing !== true).map(([part]) => part)
  return html`<p>${words.lead}</p>
    <pre class="json" tabindex="0"><code><span class="key">Set-Cookie</span>: ${line.join('; ')}</code></pre>
    <table class="facts">
      <thead>
        <tr>
          <th scope="col">${words.attribute}</th>
          <th scope="col">${words.meaning}</th>
        </tr>
      </thead>
      <tbody>
        ${there.map(
          ([part, about, missing]) =>
            html`<tr>
              <th scope="row"><code class="${missing === true && 'missing'}">${part}</code></th>
              <td>${about}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function recordSection({ texts, language }: Page, { record, count }: SessionView): Markup {
  const words = texts.session.record
  const counted = html`<p class="hint">${words.count(formatNumber(count, language))}</p>`
  if (record === undefined)
    return html`<p>${words.none}</p>
      ${counted}`
  const when = (time: number | undefined): Content => time !== undefined && moment(time, language)
  return html`<p>${words.lead}</p>
    <table class="facts">
      <tbody>
        ${fact(words.handle, html`<code>${record.handle}</code>`, words.handleAbout)}
        ${fact(words.created, when(record.createdAt))} ${fact(words.seen, when(record.lastSeenAt), words.seenAbout)}
        ${fact(words.expires, when(record.expiresAt), words.expiresAbout)}
        ${fact(words.size, words.bytes(formatNumber(record.size, language)))}
      </tbody>
    </table>
    <h3>${words.data}</h3>
    ${prettyJson(record.data)} ${counted}`
}

function fact(name: string, value: Content, about?: string): Markup {
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${value} ${about !== undefined && html`<span class="hint">${about}</span>`}</td>
  </tr>`
}
