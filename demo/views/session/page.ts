/**
 * "What the server knows": the visitor's own session, from the ticket to the record.
 */
import type { Page } from '../../http/page.js'
import type { SessionView } from '../../inspection/session-view.js'
import { html, type Content, type Markup } from '../html.js'
import { errorSummary, textField } from '../forms.js'
import { fromNow } from '../times.js'
import { diagram } from './diagram.js'
import { cookieSection, idSection, infoSection, recordSection, valuesSection } from './sections.js'
import { traceSection } from './trace.js'

type SectionName = keyof Page['texts']['session']['sections']

export function sessionPage(page: Page, view: SessionView): Markup {
  const { texts } = page
  const words = texts.session
  const parts: readonly (readonly [SectionName, Content])[] = [
    ['trace', view.stranger ? html`<p>${words.strangerTrace}</p>` : traceSection(page, view.traces, view.trace)],
    ['values', valuesSection(page, view)],
    ['info', infoSection(page, view)],
    ['id', idSection(page, view)],
    ['cookie', cookieSection(page, view)],
    ['record', recordSection(page, view)],
  ]
  return html`<div class="wrap session">
    ${errorSummary(texts, view.note === undefined ? {} : { note: view.note.error })}
    <h1>${words.title}</h1>
    <p class="lead">${words.lead}</p>
    ${diagram(page, view)}
    ${
      view.stranger &&
      html`<div class="notice">
        <p><b>${words.strangerTitle}.</b> ${words.stranger}</p>
      </div>`
    }
    <div class="doing">
      ${noteForm(page, view)}
      <div class="notice">${restart(page, view)}</div>
    </div>
    <nav class="contents" aria-label="${words.contents}">
      <ul>
        ${parts.map(([name]) => html`<li><a href="#${name}">${words.sections[name]}</a></li>`)}
      </ul>
    </nav>
    ${parts.map(([name, content]) => section(name, words.sections[name], content))}
    ${!view.stranger && section('end', words.sections.end, ending(page))}
  </div>`
}

function section(name: SectionName, title: string, content: Content): Markup {
  return html`<section id="${name}" aria-labelledby="${name}-title">
    <h2 id="${name}-title">${title}</h2>
    ${content}
  </section>`
}

function noteForm({ texts }: Page, { values, note }: SessionView): Markup {
  const words = texts.session
  const kept = typeof values.note === 'string' ? values.note : ''
  return html`<form class="sheet" method="post" action="/session/note" novalidate>
    ${textField({ name: 'note', label: words.noteLabel, hint: words.noteHint, autocomplete: 'off', value: note?.typed ?? kept, error: note?.error })}
    <button>${words.noteButton}</button>
  </form>`
}

function restart({ texts, language }: Page, { stranger, info, server }: SessionView): Markup {
  const words = texts.session
  const { createdAt } = info
  const outlived = !stranger && createdAt !== undefined && createdAt < server.startedAt
  return html`${
      outlived &&
      html`<p><b>${words.survived(fromNow(createdAt, language), fromNow(server.startedAt, language))}</b></p>`
    }
    <p>${words.restartHint}</p>
    <p><code>kill -9 ${server.process}</code></p>`
}

function ending({ texts, account }: Page): Markup {
  const words = texts.session.end
  return html`<p>${words.lead}</p>
    <form method="post" action="/session/end"><button class="quiet">${words.button}</button></form>
    ${
      account !== undefined &&
      html`<p>${words.shorten}</p>
        <form method="post" action="/session/shorten"><button class="quiet">${words.shortenButton}</button></form>`
    }`
}
