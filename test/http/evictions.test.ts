/**
 * A memory store that is full, under the mounted object.
 */
import { expect, it } from 'vitest'

import { coatcheck } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'

const record = { data: '{}', version: 1, createdAt: Date.now(), expiresAt: Date.now() + 60_000 }

it('a session that had to make room is told, by its handle', async () => {
  const store = memoryStore({ maxSessions: 1 })
  const sessions = coatcheck({ secret: 'x'.repeat(32), store })
  const evicted: string[] = []
  sessions.on('evicted', ({ handle }) => evicted.push(handle))
  const key = 'k'.repeat(43)
  store.create(key, record)
  store.create('n'.repeat(43), record)
  expect(evicted).toEqual([key])
  await sessions.close()
})
