/**
 * A crowd of sessions, put into a store as coatcheck would: two of three belong to users, each with a device.
 */
import { createHash } from 'node:crypto'

import type { SessionRecord, SessionStore } from '../../../src/core/record.js'

export const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
] as const

const day = 86_400_000

/** What the record of the session with this number is kept under, which is its handle under `coatcheck()`. */
export function handleOf(index: number): string {
  return createHash('sha256').update(`session ${index}`).digest('base64url')
}

export function recordOf(index: number, now: number): SessionRecord {
  const createdAt = now - ((index * 7919) % day)
  const base: SessionRecord = {
    data: JSON.stringify({
      views: index % 50,
      cart: [{ id: 'encore', quantity: 1 + (index % 3) }],
      password: 'hunter2',
    }),
    version: 1,
    createdAt,
    expiresAt: now + day - (index % 1000) * 1000,
  }
  if (index % 3 === 0) return base
  const device = {
    agent: agents[index % agents.length],
    address: `10.${Math.floor(index / 65_536) % 256}.${Math.floor(index / 256) % 256}.${index % 256}`,
  }
  return { ...base, userId: `user-${index}`, attributes: JSON.stringify({ at: createdAt, method: 'password', device }) }
}

/** Puts `size` sessions into the store, with the numbers from `first` on. */
export async function fill(store: SessionStore, size: number, now: number, first = 0): Promise<void> {
  for (let index = first; index < first + size; index += 1) {
    const created = store.create(handleOf(index), recordOf(index, now))
    if (!(typeof created === 'boolean' ? created : await created)) throw new Error(`no room for session ${index}`)
  }
}
