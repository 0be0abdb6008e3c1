/**
 * A page about what could not be done.
 */
import { html, type Content, type Markup } from './html.js'
import { layout, type Frame, type Section } from './layout.js'

export interface Problem {
  readonly title: string
  readonly told: Content
  readonly section?: Section
}

export function problemPage(frame: Frame, { title, told, section }: Problem): Markup {
  const content = html`<h1>${title}</h1>
    <p>${told}</p>
    <p><a href="${frame.base}/sessions">To the sessions</a></p>`
  return layout(frame, { title, section, content })
}
