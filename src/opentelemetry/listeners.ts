/**
 * Several listeners that stop together.
 */
import type { SessionEventName, SessionListener } from '../core/events.js'
import type { Listenable } from './index.js'

export type ListenersByName = { readonly [Name in SessionEventName]?: SessionListener<Name> }

export function listenTo(sessions: Listenable, listeners: ListenersByName): () => void {
  const entries = Object.entries(listeners) as [SessionEventName, SessionListener<SessionEventName>][]
  for (const [event, listener] of entries) sessions.on(event, listener)
  return () => {
    for (const [event, listener] of entries) sessions.off(event, listener)
  }
}
