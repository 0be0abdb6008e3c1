/**
 * What servers answer, whichever client and protocol version it came through.
 */

import { SessionError } from '../../core/errors.js'

/** A text, also where the app told its client to give out bytes; `undefined` for "there is none". */
export function textReply(reply: unknown): string | undefined {
  if (typeof reply === 'string') return reply
  if (reply === null || reply === undefined) return undefined
  if (reply instanceof Uint8Array) return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString()
  throw unexpected()
}

export function textsReply(reply: unknown): (string | undefined)[] {
  if (!Array.isArray(reply)) throw unexpected()
  return reply.map(textReply)
}

export function numberReply(reply: unknown): number {
  const number = Number(textReply(typeof reply === 'number' || typeof reply === 'bigint' ? `${reply}` : reply))
  if (Number.isNaN(number)) throw unexpected()
  return number
}

/** The number with which a script answers instead of a text, or `undefined`. Some clients are told to give numbers as texts. */
export function codeReply(reply: unknown): number | undefined {
  if (typeof reply === 'number' || typeof reply === 'bigint') return Number(reply)
  return typeof reply === 'string' && reply.length === 1 ? Number(reply) : undefined
}

function unexpected(): SessionError {
  return new SessionError(
    'ERR_SESSION_STORE_ANSWER',
    'redisStore: the server answered with something that Redis does not answer. Look at what client is connected to.',
  )
}
