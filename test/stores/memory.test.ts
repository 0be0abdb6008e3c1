import { describe, expect, it } from 'vitest'

import { memoryStore } from '../../src/stores/memory/index.js'
import { MemorySessionStore } from '../../src/stores/memory/store.js'
import { fakeClock } from '../../src/testing/index.js'
import { itConforms, record, start } from './support.js'

describe('the memory store keeps the contract', () => {
  itConforms({ open: (clock) => memoryStore({ clock }), sweepBatch: 1_000 })
})

describe('the memory store keeps the contract when it packs from the first byte on', () => {
  itConforms({ open: (clock) => new MemorySessionStore({ clock }, 0), sweepBatch: 1_000 })
})

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
const open = () => memoryStore({ clock: fakeClock(start) })

describe('the memory store', () => {
  it('answers every call at once', () => {
    const store = open()
    const answers = [
      store.create('key', record({ userId: 'ann' })),
      store.read('key'),
      store.update('key', record({ version: 2 }), 1),
      store.touch('key', 1),
      store.replace('key', 'new', record()),
      store.listByUser('ann'),
      store.deleteByUser('ann'),
      store.scan(undefined, 1),
      store.count(),
      store.sweep(0),
      store.delete('new'),
    ]
    for (const answer of answers) expect(answer).not.toBeInstanceOf(Promise)
  })

  it('sets no timer', () => {
    const before = timers()
    const store = open()
    for (let index = 0; index < 1_000; index += 1) store.create(`key-${index}`, record({ expiresAt: start + index }))
    expect(timers()).toBe(before)
    store.close()
  })

  it('keeps strings that are not well-formed, and U+0000, to the letter', () => {
    const store = open()
    const odd = ['a\0b', 'a', 'a\0c', '\0', '', '\ud83d', '\ude00', '\ufffd', 'a\ud83d', 'a\ufffd', 'ÿ', 'Ā']
    for (const text of odd) store.create(text, record({ userId: text, data: text, attributes: text }))
    for (const text of odd) {
      const kept = record({ userId: text, data: text, attributes: text })
      expect(store.read(text)).toEqual(kept)
      expect(store.listByUser(text)).toEqual([{ key: text, record: kept }])
    }
    expect(store.scan(undefined, 100).records.map(({ key }) => key)).toEqual(odd)
  })

  it('keeps numbers as they are', () => {
    const store = open()
    const kept = record({ version: Number.MAX_SAFE_INTEGER, createdAt: -0.5, expiresAt: Number.POSITIVE_INFINITY })
    store.create('key', kept)
    expect(store.read('key')).toMatchObject(kept)
    expect(store.sweep(Number.MAX_SAFE_INTEGER)).toBe(0)
  })

  it('keeps records of many megabytes beside small ones', () => {
    const store = open()
    const large = JSON.stringify({ text: 'ß'.repeat(3_000_000) })
    store.create('small', record())
    store.create('large', record({ data: large }))
    store.create('other', record())
    expect(store.read('large')?.data === large).toBe(true)
    store.update('large', record({ version: 2 }), 1)
    expect(store.bytes).toBeLessThan(1_000)
    expect(store.read('small')).toMatchObject(record())
  })

  it('refuses a cursor that it did not answer', () => {
    expect(() => memoryStore().scan('-1', 10)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_OPTION' }))
    expect(() => memoryStore().scan('x', 10)).toThrow(expect.objectContaining({ code: 'ERR_SESSION_OPTION' }))
  })

  it.each([
    ['maxSessions', { maxSessions: 0 }],
    ['maxSessions', { maxSessions: 1.5 }],
    ['maxBytes', { maxBytes: Number.NaN }],
    ['maxBytes', { maxBytes: 2 ** 40 }],
    ['onEvict', { onEvict: 'log' as never }],
  ])('refuses %s: %j', (name, options) => {
    expect(() => memoryStore(options)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION', message: expect.stringContaining(name) }),
    )
  })
})
