/**
 * How long a customer stays signed in.
 */
import type { Request } from 'express'
import type { CurrentSessionInfo, Sessions } from 'coatcheck'

/** How long a customer stays signed in if no other request comes. */
export interface Stay {
  /** Milliseconds. */
  readonly left: number
  /** It ends then whatever comes: only the password makes it longer. */
  readonly final: boolean
}

/** How far the end of a session that is written may lag behind. The browser's cookie ends that much before the session does. Milliseconds. */
export const touchWindow = 10_000

/** Counted from this request, which makes it longer like any other. */
export function stayFrom(req: Request, { absoluteExpiresAt = Infinity }: CurrentSessionInfo, now: number): Stay {
  const idle = req.session.cookie.originalMaxAge ?? Infinity
  const atMost = absoluteExpiresAt - now
  return { left: Math.min(idle, atMost), final: atMost <= idle }
}

/** For a page that counts down. Looking does not make it longer. */
export async function timeLeft(req: Request, sessions: Sessions): Promise<Stay> {
  const time = await sessions.peek(req)
  if (time?.userId === undefined) return { left: 0, final: false }
  const { remaining, expiresAt, absoluteExpiresAt } = time
  const final = expiresAt === absoluteExpiresAt
  return { left: final ? remaining : Math.max(0, remaining - touchWindow), final }
}
