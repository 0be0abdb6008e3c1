/**
 * What all pages share: head, navigation, footer.
 */
import { at, timeOfDay } from './formats.js'
import { html, type Content, type Markup } from './html.js'

/** What each page knows of where and when it is shown. */
export interface Frame {
  /** What the inspector's own links begin with. */
  readonly base: string
  readonly now: number
  readonly recordingSince: number
  readonly tracing: boolean
  /** The handle of the operator's own session, where the request has one. */
  readonly ownHandle: string | undefined
}

export type Section = 'overview' | 'sessions' | 'requests'

export interface Page {
  readonly title: string
  readonly section: Section | undefined
  readonly content: Content
}

const sections: readonly (readonly [Section, path: string, name: string])[] = [
  ['overview', '/', 'Overview'],
  ['sessions', '/sessions', 'Sessions'],
  ['requests', '/requests', 'Requests'],
]

export function layout(frame: Frame, { title, section, content }: Page): Markup {
  const { base, recordingSince } = frame
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · Session inspector</title>
        <link rel="icon" href="${base}/assets/icon.svg" />
        <link rel="stylesheet" href="${base}/assets/inspector.css" />
        <script src="${base}/assets/inspector.js"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <p class="brand"><a href="${base}/">${ticket} Session inspector</a></p>
          <nav aria-label="Inspector">
            <ul>
              ${sections.map(
                ([name, path, text]) =>
                  html`<li><a href="${base}${path}" ${name === section && html`aria-current="page"`}>${text}</a></li>`,
              )}
            </ul>
          </nav>
          <div class="tools" data-tools></div>
        </header>
        <main id="content" tabindex="-1">${content}</main>
        <footer>
          <p>
            Sessions are those of the whole store. Events and times are those of this process (${process.pid}), since
            ${at(recordingSince, `${timeOfDay(recordingSince)} UTC`)}.
          </p>
        </footer>
      </body>
    </html> `
}

/** A page without navigation, for those who are not let in. */
export function bareLayout(title: string, content: Content): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `
}

const ticket = html`<svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false">
  <path class="paper" d="M3 6h18v4a2 2 0 0 0 0 4v4H3v-4a2 2 0 0 0 0-4z" />
  <path class="tear" d="M15 7v10" />
</svg>`
