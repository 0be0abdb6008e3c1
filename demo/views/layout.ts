/**
 * The frame of every page: head, header with navigation and settings, messages, footer.
 */
import type { Theme } from '../accounts/accounts.js'
import type { Page } from '../http/page.js'
import { halfMoon, moon, sign, sun } from '../pictures/icons.js'
import { languageNames, languages } from '../texts/languages.js'
import { html, type Content, type Markup } from './html.js'
import { stayBar, stayLine, typedAgain } from './stay.js'

export const shopName = 'Peg & Ticket'

export function layout(page: Page, { title, body }: { readonly title: string; readonly body: Content }): Markup {
  const { texts, language, theme } = page
  return html`<!doctype html>
    <html lang="${language}" data-theme="${theme}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${theme === 'auto' ? 'light dark' : theme}" />
        <title>${title} · ${shopName}</title>
        <link rel="icon" href="/static/sign.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/static/shop.css" />
        ${page.stay !== undefined && html`<script type="module" src="/static/countdown.js"></script>`}
      </head>
      <body>
        <a class="skip" href="#content">${texts.skip}</a>
        ${stayBar(page)} ${header(page)}
        <main id="content" tabindex="-1">${messages(page)} ${typedAgain(page)} ${body}</main>
        <footer class="foot">
          <div class="wrap">
            <p>${texts.footer.about}</p>
            <div>
              <p><a href="/session">${texts.footer.session}</a></p>
              ${stayLine(page)}
            </div>
          </div>
        </footer>
      </body>
    </html>`
}

function header(page: Page): Markup {
  const { nav, tagline } = page.texts
  return html`<header class="top">
    <div class="wrap strip">${who(page)} ${settings(page)}</div>
    <div class="wrap door">
      <a class="brand" href="/"
        >${sign}<span><b>${shopName}</b> <small>${tagline}</small></span></a
      >
      <nav aria-label="${nav.main}">
        <ul>
          <li>${link(page, '/', nav.shop)}</li>
          <li>${link(page, '/session', nav.session)}</li>
          <li>
            ${page.account === undefined ? link(page, '/account/sign-in', nav.signIn) : link(page, '/account/orders', nav.account, '/account/')}
          </li>
          <li>
            <a class="to-cart" href="/cart" ${current(page, '/cart')}
              >${nav.cart}
              <span class="count" aria-hidden="true">${page.inCart}</span>
              <span class="unseen">(${nav.inCart(page.inCart)})</span></a
            >
          </li>
        </ul>
      </nav>
    </div>
    <div class="rail"></div>
  </header>`
}

/** `part` is what the paths of all its pages begin with. */
function link(page: Page, path: string, words: string, part: string = path): Markup {
  const isPartOf = part !== path && page.path.startsWith(part) && !page.path.startsWith(path)
  return html`<a href="${path}" ${isPartOf ? html`aria-current="true"` : current(page, path)}>${words}</a>`
}

function current(page: Page, path: string): Content {
  return page.path.split('?', 1)[0] === path && html`aria-current="page"`
}

function who({ account, texts }: Page): Content {
  return html`<div class="who">
    ${
      account !== undefined &&
      html`<span>${texts.nav.signedInAs} <b>${account.name}</b></span>
        <form method="post" action="/account/sign-out"><button class="plain">${texts.nav.signOut}</button></form>`
    }
  </div>`
}

function settings({ texts, language, theme, path }: Page): Markup {
  const { preferences } = texts
  const themes: readonly (readonly [Theme, string, Markup])[] = [
    ['auto', preferences.auto, halfMoon],
    ['light', preferences.light, sun],
    ['dark', preferences.dark, moon],
  ]
  return html`<form class="settings" method="post" action="/preferences" aria-label="${texts.nav.settings}">
    <input type="hidden" name="back" value="${path}" />
    <div role="group" aria-label="${preferences.language}">
      ${languages.map(
        (name) =>
          html`<button
            name="language"
            value="${name}"
            lang="${name}"
            aria-label="${languageNames[name]}"
            aria-pressed="${String(name === language)}"
          >
            ${name}
          </button>`,
      )}
    </div>
    <div role="group" aria-label="${preferences.theme}">
      ${themes.map(
        ([name, words, picture]) =>
          html`<button
            name="theme"
            value="${name}"
            title="${words}"
            aria-label="${words}"
            aria-pressed="${String(name === theme)}"
          >
            ${picture}
          </button>`,
      )}
    </div>
  </form>`
}

function messages({ flashes, texts }: Page): Content {
  if (flashes.length === 0) return undefined
  return html`<div class="flash wrap" role="status">
    ${flashes.map(({ message, name }) => html`<p>${texts.flash[message](name ?? '')}</p>`)}
  </div>`
}
