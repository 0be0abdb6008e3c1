import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import type { SessionRecord } from '../../src/core/record.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { itConforms, record, start, temporaryFolder } from './support.js'
import { engines } from './sqlite-engines.js'

const run = promisify(execFile)

describe.each(engines)('on %s the SQLite store keeps the contract', (engine) => {
  itConforms({
    sweepBatch: 100,
    open(clock) {
      const path = join(temporaryFolder(), 'sessions.db')
      const open = () => sqliteStore({ path, clock, engine })
      return { stores: [open(), open(), open()] }
    },
  })
})

describe.each(engines)('on %s the SQLite store in memory keeps the contract', (engine) => {
  itConforms({ sweepBatch: 100, open: (clock) => sqliteStore({ path: ':memory:', clock, engine }) })
})

describe('under other Nodes', () => {
  // More of them can be named in the environment: paths of node binaries.
  const nodes = [process.execPath, ...(process.env['COATCHECK_NODES'] ?? '').split(delimiter).filter(Boolean)]
  it.each(nodes)('%s: the built store keeps the contract, and nothing is printed beside', async (node) => {
    const child = join(import.meta.dirname, 'children/sqlite-conformance.mjs')
    const { stdout, stderr } = await run(node, [child])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject({ failures: [] })
  })
})

describe.each(engines)('on %s strings that SQLite or its libraries would bend', (engine) => {
  const odd = ['a\0b', 'a', 'a\0c', '\0', '', '\ud83d', '\ude00', '\ufffd', 'a\ud83d', 'a\ufffd']

  it('are keys and user IDs of their own', async () => {
    const store = sqliteStore({ path: ':memory:', engine })
    const kept = new Map(odd.map((key, index) => [key, record({ userId: key, createdAt: start + index })]))
    for (const [key, value] of kept) expect(await store.create(key, value)).toBe(true)
    for (const [key, value] of kept) {
      expect(await store.read(key)).toEqual({ ...value, attributes: undefined })
      expect((await store.listByUser(key)).map((entry) => entry.key)).toEqual([key])
    }
    const seen: string[] = []
    for (let cursor: string | undefined, page = 0; page < odd.length; page += 1) {
      const answer = await store.scan(cursor, 3)
      seen.push(...answer.records.map(({ key }) => key))
      cursor = answer.cursor
      if (cursor === undefined) break
    }
    expect(seen).toEqual(odd)
    for (const key of odd) expect(await store.deleteByUser(key)).toEqual([key])
    await store.close()
  })

  it('come back to the letter in data and attributes', async () => {
    const store = sqliteStore({ path: ':memory:', engine })
    for (const text of odd) {
      await store.create('key', record({ data: text, attributes: text }))
      expect(await store.read('key')).toMatchObject({ data: text, attributes: text })
      const next = record({ data: `${text}!`, attributes: `${text}!`, version: 2 })
      expect(await store.update('key', next, 1)).toBe('updated')
      expect(await store.read('key')).toMatchObject({ data: `${text}!`, attributes: `${text}!` })
      await store.delete('key')
    }
    await store.close()
  })
})

describe.each(engines)('on %s numbers', (engine) => {
  it('come back as they were', async () => {
    const store = sqliteStore({ path: ':memory:', engine })
    const kept: SessionRecord = record({
      version: Number.MAX_SAFE_INTEGER,
      createdAt: start + 0.25,
      expiresAt: Number.POSITIVE_INFINITY,
    })
    await store.create('key', kept)
    expect(await store.read('key')).toMatchObject(kept)
    await store.touch('key', Number.MAX_SAFE_INTEGER)
    expect(await store.read('key')).toMatchObject({ expiresAt: Number.MAX_SAFE_INTEGER })
    await store.close()
  })
})

describe('scan', () => {
  it('refuses a cursor that it did not answer', async () => {
    const store = sqliteStore(':memory:')
    expect(() => store.scan('1; DROP TABLE coatcheck_sessions', 10)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION' }),
    )
    await store.close()
  })

  it('names no key in its cursor: under plain IDs a key lets its reader in', async () => {
    const store = sqliteStore(':memory:')
    await store.create('secret-1', record())
    await store.create('secret-2', record())
    const { cursor } = await store.scan(undefined, 1)
    expect(cursor).toBe('1')
    await store.close()
  })
})
