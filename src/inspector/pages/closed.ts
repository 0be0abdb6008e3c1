/**
 * What those see who are not let in: why, and what a developer can do about it.
 */
import type { ClosedReason } from '../serving/admission.js'
import { bareLayout } from './layout.js'
import { html, type Markup } from './html.js'

const reasons: Readonly<Record<ClosedReason | 'unauthorized', Markup>> = {
  production: html`This app runs in production (NODE_ENV), and does not say who may look:
    <code>inspector(sessions, { authorize })</code> does.`,
  remote: html`Without <code>authorize</code> it answers this machine alone, and this request comes from another one.`,
  forwarded: html`Without <code>authorize</code> it answers this machine alone, and this request has come through a
    proxy or a tunnel: its headers say so.`,
  host: html`Without <code>authorize</code> it answers under the names of this machine alone: localhost, 127.0.0.1 or
    [::1]. A page elsewhere could have another name lead here.`,
  unauthorized: html`The app’s <code>authorize</code> does not let this request in.`,
}

export function closedPage(reason: ClosedReason | 'unauthorized'): Markup {
  return bareLayout(
    'Closed',
    html`<h1>The session inspector is closed</h1>
      <p>${reasons[reason]}</p>`,
  )
}
