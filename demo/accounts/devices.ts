/**
 * The sessions of a customer, as devices.
 */
import type { Request } from 'express'
import type { Sessions, SessionSummary } from 'coatcheck'

/** How a page named a device. */
export interface NamedDevice {
  readonly handle: string
  /** When the session began. It stays when the session gets a new ID by the clock, and a new handle with it. */
  readonly since: number
}

/** The device that asks, and the customer's others; the one that was used last comes first. */
export async function devicesOf(
  req: Request,
  userId: string,
  sessions: Sessions,
): Promise<{ readonly here: SessionSummary | undefined; readonly others: readonly SessionSummary[] }> {
  const current = sessions.info(req)?.handle
  const all = await sessions.list(userId)
  const others = all.filter(({ handle }) => handle !== current)
  return {
    here: all.find(({ handle }) => handle === current),
    others: others.sort((one, other) => (other.lastSeenAt ?? 0) - (one.lastSeenAt ?? 0)),
  }
}

/** Signs another device of the customer out, and answers which one; nothing where it was gone already. */
export async function endDevice(
  req: Request,
  userId: string,
  { handle, since }: NamedDevice,
  sessions: Sessions,
): Promise<SessionSummary | undefined> {
  // Among the customer's own: a handle names any session of the shop.
  const { others } = await devicesOf(req, userId, sessions)
  const device = others.find((one) => one.handle === handle) ?? others.find(({ createdAt }) => createdAt === since)
  return device !== undefined && (await sessions.revoke(device.handle)) ? device : undefined
}
