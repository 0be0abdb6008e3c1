/**
 * The idea of a session in one picture: the ticket at the browser, the peg at the server.
 */
import type { Page } from '../../http/page.js'
import type { SessionView } from '../../inspection/session-view.js'
import { coatOnPeg } from '../../pictures/peg.js'
import { shortName } from '../home.js'
import { html, type Markup } from '../html.js'
import { masked } from './masked.js'

export function diagram({ texts }: Page, { stranger, id, cookie, info, values }: SessionView): Markup {
  const words = texts.session
  const keys = Object.keys(values)
  return html`<div class="idea">
    <div class="side-browser">
      <h2>${words.browser}</h2>
      <p>${stranger ? words.holdsNone : words.holdsTicket}</p>
      <p class="mini-ticket ${stranger && 'unused'}">
        <span>${stranger ? '– – – –' : shortName(info.handle)}</span>
        <small>${stranger ? '' : `${cookie.name}=${masked(id, 4)}`}</small>
      </p>
    </div>
    <div class="wire" aria-hidden="true"><span>Cookie →</span><span>← Set-Cookie</span></div>
    <div class="side-server">
      <h2>${words.server}</h2>
      <p>${stranger ? words.keepsNothing : words.keepsValues(keys.length)}</p>
      <div class="peg-here">
        ${coatOnPeg(!stranger)}
        ${
          !stranger &&
          html`<div>
            <p class="number">${shortName(info.handle)}</p>
            <ul>
              ${keys.map((key) => html`<li>${key}</li>`)}
            </ul>
          </div>`
        }
      </div>
    </div>
  </div>`
}
