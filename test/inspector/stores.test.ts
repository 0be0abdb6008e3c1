/**
 * The pages over real engines: the same as in memory, and with as few questions.
 */
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { coatcheck, type SessionStore } from '../../src/index.js'
import { postgresStore } from '../../src/stores/postgres/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { startPostgres, startRedis, useEngine } from '../support/engines.js'
import { temporaryFolder } from '../stores/support.js'
import { appWith } from './support/app.js'
import { fill, handleOf } from './support/crowd.js'

const postgres = useEngine(startPostgres)
const redis = useEngine(startRedis)

const secret = 'the inspector’s sessions are signed with this'
const crowd = 3000

const stores: [string, () => SessionStore][] = [
  ['SQLite', () => sqliteStore(join(temporaryFolder(), 'sessions.db'))],
  ['Redis', () => redisStore({ url: redis().url })],
  ['PostgreSQL', () => postgresStore({ url: postgres().url })],
]

/** Counts what the store is asked, and how many records it is asked for. */
function watched(store: SessionStore): { calls: string[]; listed: number } {
  const seen = { calls: [] as string[], listed: 0 }
  for (const name of ['scan', 'count', 'read', 'listByUser'] as const) {
    const call = store[name].bind(store) as (...args: unknown[]) => unknown
    ;(store as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      seen.calls.push(name)
      if (name === 'scan') seen.listed += args[1] as number
      return call(...args)
    }
  }
  return seen
}

describe.each(stores)('over %s', (_name, open) => {
  it('every page is there, and asks for little', { timeout: 120_000 }, async () => {
    const store = open()
    const sessions = coatcheck({ secret, store })
    const app = await appWith(sessions)
    await Promise.all(Array.from({ length: 10 }, (_, part) => fill(store, crowd / 10, Date.now(), (part * crowd) / 10)))
    const seen = watched(store)
    const asked = async (path: string): Promise<{ body: string; calls: number; listed: number }> => {
      Object.assign(seen, { calls: [], listed: 0 })
      const { body, status } = await app.look(path)
      expect([path, status]).toEqual([path, 200])
      return { body, calls: seen.calls.length, listed: seen.listed }
    }

    const overview = await asked('')
    expect(overview.body).toMatch(/<p class="number">\s*<a[^>]*>(?:<span[^>]*>≈<\/span>)?3,000</)
    expect(overview.calls).toBeLessThanOrEqual(5)

    const list = await asked('/sessions')
    expect(list.body.match(/type="checkbox"/g)).toHaveLength(50)
    expect([list.calls, list.listed]).toEqual([expect.any(Number), 50])
    expect(list.calls).toBeLessThanOrEqual(2)

    const byUser = await asked('/sessions?q=user-2999&in=user')
    expect(byUser.body).toContain(handleOf(2999))
    expect(byUser.listed).toBe(0)

    const byHandle = await asked(`/sessions?q=${handleOf(1500)}`)
    expect(byHandle.body.match(/type="checkbox"/g)).toHaveLength(1)
    expect(byHandle.listed).toBe(0)

    const byDevice = await asked('/sessions?q=iphone&in=device')
    expect(byDevice.body.match(/type="checkbox"/g)!.length).toBeGreaterThanOrEqual(50)
    expect(byDevice.listed).toBeLessThan(2000)

    const byNothing = await asked('/sessions?q=nobody')
    expect(byNothing.body).toContain('3,000 records looked at so far, none found: that was the last of them')

    const one = await asked(`/sessions/${handleOf(1)}`)
    expect(one.body).toContain('Session of user-1')
    expect(one.calls).toBeLessThanOrEqual(2)

    await app.send('/end', { what: 'sessions', handle: handleOf(1) })
    expect(await sessions.list('user-1')).toEqual([])
    await app.send('/end', { what: 'user', user: 'user-2' })
    expect(await sessions.list('user-2')).toEqual([])
    const everyone = await app.send('/end', { what: 'everyone', word: 'everyone' })
    expect(everyone.headers.location).toBe('/_sessions/sessions?ended=2998')
  })
})
