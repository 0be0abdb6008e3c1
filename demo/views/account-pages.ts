/**
 * The way between the pages of a customer's own.
 */
import type { Page } from '../http/page.js'
import { html, type Markup } from './html.js'

export function accountPages({ texts, path }: Page): Markup {
  const words = texts.customer
  const here = path.split('?', 1)[0]
  const pages = [
    ['/account/orders', words.orders],
    ['/account/devices', words.devices.tab],
    ['/account/password', words.password.tab],
  ] as const
  return html`<nav class="filter" aria-label="${words.pages}">
    <ul>
      ${pages.map(
        ([to, name]) => html`<li><a href="${to}" ${to === here && html`aria-current="page"`}>${name}</a></li>`,
      )}
    </ul>
  </nav>`
}
