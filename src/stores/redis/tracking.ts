/**
 * node-redis as a client that hears what became of what it has read: `createClient({ RESP: 3, emitInvalidate: true })`, in 5.9 and
 * newer. With it the client tells the server on each new connection, before anything else is asked there, that it wants to hear, and
 * raises an event for each key.
 *
 * It reads the stream in its order. A promise for an answer goes on a little later, so an event that came after the answer may be
 * heard before it: never the other way round.
 */

import type { Tracking } from './engine.js'
import { textReply } from './replies.js'

type InvalidateListener = (key: unknown) => void

interface TrackingClient {
  readonly isReady: boolean
  /** Counts the connections. */
  readonly socketEpoch: number
  on(event: 'invalidate', listener: InvalidateListener): unknown
  removeListener(event: 'invalidate', listener: InvalidateListener): unknown
}

/** `undefined` for a client that does not hear. A pool does not: it reads a key over any of its connections. */
export function trackingOf(client: object): Tracking | undefined {
  if (!wantsToHear(client) || !canHear(client)) return undefined
  const hearing = client as TrackingClient
  return {
    connection: () => (hearing.isReady ? hearing.socketEpoch : undefined),
    listen(listener) {
      const heard: InvalidateListener = (key) => listener(textReply(key))
      hearing.on('invalidate', heard)
      return () => void hearing.removeListener('invalidate', heard)
    },
  }
}

function wantsToHear(client: { readonly options?: { readonly emitInvalidate?: unknown } }): boolean {
  return client.options?.emitInvalidate === true
}

/** Older versions take the option and do nothing. Those that know it refuse it where the protocol has no such messages. */
function canHear(client: { duplicate?(options: object): unknown }): boolean {
  try {
    client.duplicate?.({ RESP: 2 })
    return false
  } catch (error) {
    return error instanceof Error && error.message.includes('emitInvalidate')
  }
}
