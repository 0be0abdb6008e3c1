/**
 * Two requests of one visitor each put into the session what fits into it alone. Together it would be more than `maxDataBytes`.
 */
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, MemoryStore, session, type SessionStore, type Store } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { temporaryFolder } from '../stores/support.js'
import { gate } from './support/gate.js'
import { site, Visitor } from './support/site.js'

const secret = 'merged data are signed with this secret'
const maxDataBytes = 1_000
const half = 'x'.repeat(600)

const layers = {
  'coatcheck() over the store in memory': () => coatcheck({ secret, maxDataBytes, store: memoryStore() }),
  'coatcheck() over SQLite': () =>
    coatcheck({ secret, maxDataBytes, store: sqliteStore(join(temporaryFolder(), 'sessions.db')) }),
  'coatcheck() over a callback store': () => coatcheck({ secret, maxDataBytes, store: new MemoryStore() }),
  'session() over the store in memory': () => expressly(memoryStore()),
  'session() over a callback store': () => expressly(new MemoryStore()),
}

function expressly(store: SessionStore | Store) {
  return session({ secret, maxDataBytes, store, resave: false, saveUninitialized: false })
}

describe.each(Object.entries(layers))('%s', (_, open) => {
  it('keeps the earlier change, tells the app of the later one, and lets both responses through', async () => {
    const sessions = open()
    onTestFinished(() => sessions.close())
    const storeErrors: unknown[] = []
    sessions.on('storeError', (event) => storeErrors.push(event))
    const late = gate()
    const arrived = gate()
    const where = await site(sessions, async (req, res) => {
      if (req.url === '/begin') req.session.begun = true
      if (req.url === '/early') req.session.early = half
      if (req.url === '/late') {
        arrived.open()
        await late.passed
        req.session.late = half
      }
      res.end(Object.keys(req.session).sort().join(' '))
    })
    const visitor = new Visitor(where)
    await visitor.ask('/begin')
    const lateAnswer = visitor.ask('/late')
    await arrived.passed
    expect((await visitor.ask('/early')).status).toBe(200)
    late.open()
    expect(await lateAnswer).toMatchObject({ status: 200, body: 'begun cookie late' })
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_DATA_TOO_LARGE' })])
    expect(storeErrors).toEqual([])
    expect((await visitor.ask('/look')).body).toBe('begun cookie early')
  })
})
