/**
 * Where a customer is signed in.
 */
import type { SessionSummary } from 'coatcheck'
import type { Page } from '../http/page.js'
import { deviceOnPeg, type DeviceKind } from '../pictures/devices.js'
import type { Texts } from '../texts/languages.js'
import { accountPages } from './account-pages.js'
import { html, type Content, type Markup } from './html.js'
import { dayAndTime, fromNow } from './times.js'

export interface Devices {
  readonly here: SessionSummary | undefined
  /** The one that was used last comes first. */
  readonly others: readonly SessionSummary[]
  readonly now: number
}

export function devicesPage(page: Page, { here, others, now }: Devices): Markup {
  const words = page.texts.customer.devices
  const all = here === undefined ? others : [here, ...others]
  return html`<div class="wrap narrow">
    ${accountPages(page)}
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    <ul class="devices">
      ${all.map((device) => deviceLine(page, device, device === here, now))}
    </ul>
    ${
      others.length === 0
        ? html`<div class="notice">
            <p><b>${words.alone}</b> ${words.aloneHint}</p>
          </div>`
        : signOutOthers(page, others.length)
    }
  </div>`
}

/** What people call it: `Firefox 128 on Windows`. No name is made up. */
export function deviceName({ customer }: Texts, { device }: SessionSummary): string {
  const words = customer.devices
  const browser = device?.browser ?? words.browser
  return device?.system === undefined ? browser : words.on(browser, device.system)
}

const tones: Readonly<Record<DeviceKind, string>> = {
  desktop: 'sky',
  phone: 'rose',
  tablet: 'mint',
  other: 'lilac',
  unknown: 'lilac',
}

function deviceLine(page: Page, session: SessionSummary, isHere: boolean, now: number): Markup {
  const { texts, language, stay } = page
  const words = texts.customer.devices
  const { device, authenticatedAt = now, method = '', absoluteExpiresAt } = session
  const kind = device?.kind ?? 'unknown'
  // What is stored of this one is of the moment before this request.
  const lastSeenAt = isHere ? now : (session.lastSeenAt ?? now)
  const endsAt = isHere ? now + (stay?.left ?? 0) : (session.expiresAt ?? now)
  const ends = fromNow(endsAt, language, now)
  return html`<li class="device ${tones[kind]}">
    <div class="hook">${deviceOnPeg(kind)}</div>
    <div class="what">
      <h2>${deviceName(texts, session)}</h2>
      <p>
        ${isHere && html`<span class="chip busy">${words.here}</span>`}
        <span class="kind">${words.kinds[kind]}</span>
        ${
          device?.address !== undefined &&
          html`<span aria-hidden="true">·</span> <span class="unseen">${words.address}</span>
            <code>${device.address}</code>`
        }
      </p>
      <dl>
        ${fact(words.seen, fromNow(lastSeenAt, language, now))}
        ${fact(words.signedIn, html`${dayAndTime(authenticatedAt, language)}, ${words.methods[method] ?? method}`)}
        ${fact(words.ends, endsAt === absoluteExpiresAt ? words.anyway(ends) : words.unused(ends))}
      </dl>
    </div>
    ${signOutForm(texts, session, isHere)}
  </li>`
}

function fact(name: string, value: Content): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`
}

function signOutForm(texts: Texts, session: SessionSummary, isHere: boolean): Markup {
  const words = texts.customer.devices
  const button = html`<button class="quiet" aria-label="${words.signOutNamed(deviceName(texts, session))}">
    ${words.signOut}
  </button>`
  if (isHere) return html`<form method="post" action="/account/sign-out">${button}</form>`
  return html`<form method="post" action="/account/devices/sign-out">
    <input type="hidden" name="handle" value="${session.handle}" />
    <input type="hidden" name="since" value="${session.createdAt}" />
    ${button}
  </form>`
}

/** Asked once more, in place: without a script and without another page. */
function signOutOthers({ texts }: Page, count: number): Markup {
  const words = texts.customer.devices
  return html`<details class="sure">
      <summary class="button quiet">${words.others(count)}</summary>
      <form class="notice" method="post" action="/account/devices/sign-out-others">
        <p>${words.othersAsk}</p>
        <button>${words.othersYes(count)}</button>
      </form>
    </details>
    <p class="hint">${words.strange} <a href="/account/password">${texts.customer.password.title}</a></p>`
}
