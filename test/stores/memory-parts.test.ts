/**
 * The parts of the memory store, each against the plain thing it stands for.
 */

import { createHash } from 'node:crypto'

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { NONE } from '../../src/stores/memory/columns.js'
import { Deadlines } from '../../src/stores/memory/deadlines.js'
import { hashOf } from '../../src/stores/memory/hash.js'
import { Identifier, readIdentifier } from '../../src/stores/memory/identifier.js'
import { Phrasebook, sharedPhrases } from '../../src/stores/memory/phrasebook.js'
import { Phrases } from '../../src/stores/memory/phrases.js'
import { allocatedSize, Slabs } from '../../src/stores/memory/slabs.js'
import { SlotTable } from '../../src/stores/memory/slot-table.js'
import { MemorySessionStore } from '../../src/stores/memory/store.js'
import { record } from './support.js'

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void, numRuns = 300): void {
  expect(() => fc.assert(fc.property(arbitrary, holds), { numRuns })).not.toThrow()
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom('A', 'B', 'a', 'b', '0', '1', '-', '_'), maxLength: 80 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
)

function written(text: string): { identifier: Identifier; buffer: Buffer } {
  const identifier = new Identifier().set(text)
  const buffer = Buffer.alloc(identifier.size + 10)
  identifier.writeTo(buffer, 5)
  return { identifier, buffer }
}

describe('an identifier', () => {
  it('comes back to the letter', () => {
    check(anyText, (text) => {
      const { identifier, buffer } = written(text)
      expect(readIdentifier(buffer, 5, identifier.kind, identifier.length)).toBe(text)
    })
  })

  it('equals itself and no other, whatever the looker-up held before', () => {
    check(fc.tuple(anyText, anyText, anyText), ([before, one, other]) => {
      const { identifier, buffer } = written(one)
      const isFound = (text: string): boolean => {
        const probe = new Identifier().set(before).set(text)
        return probe.kind === identifier.kind && probe.length === identifier.length && probe.matches(buffer, 5)
      }
      expect([isFound(one), isFound(other)]).toEqual([true, one === other])
    })
  })

  it('has one hash, whatever the looker-up held before', () => {
    check(fc.tuple(anyText, anyText), ([before, text]) => {
      expect(hashOf(new Identifier().set(before).set(text))).toBe(hashOf(new Identifier().set(text)))
    })
  })

  it('of base64url letters takes three bytes for four of them', () => {
    expect(new Identifier().set('q0Z3S8yD1mUuK5c2V7bN9xAaE4fGhJkLpR6tWiYoX_-').size).toBe(33)
    expect(new Identifier().set('550e8400-e29b-41d4-a716-446655440000').size).toBe(27)
    expect(new Identifier().set('ann@example.com').size).toBe(15)
  })
})

describe('phrases', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'b', '{"x":', '"name":"', ',"role":"customer"'),
    maxLength: 400,
  })

  it('are taken out of a text and put back to the letter', () => {
    check(fc.tuple(letters, letters, fc.uint8Array({ maxLength: 300 })), ([phrases, text, noise]) => {
      const book = new Phrases(Buffer.from(phrases, 'latin1'))
      const source = Buffer.concat([Buffer.from(text, 'latin1'), noise, Buffer.from(text, 'latin1')])
      const packed = Buffer.alloc(source.length * 2 + 100)
      const size = book.pack(source, source.length, packed, packed.length)
      const unpacked = Buffer.alloc(source.length + 100)
      expect(unpacked.subarray(0, book.unpack(packed, 0, size, unpacked))).toEqual(source)
    })
  })

  it('are not used where they would not save enough, and never write beyond the given size', () => {
    check(fc.tuple(letters, letters, fc.nat({ max: 300 })), ([phrases, text, most]) => {
      const book = new Phrases(Buffer.from(phrases, 'latin1'))
      const packed = Buffer.alloc(most + 1_000, 0xee)
      const size = book.pack(Buffer.from(text, 'latin1'), text.length, packed, most)
      expect(size).toBeLessThanOrEqual(most)
      expect(packed.subarray(most).every((byte) => byte === 0xee)).toBe(true)
    })
  })

  it('are what at least three texts share: what is one visitor’s own does not stay behind', () => {
    const texts = Array.from({ length: 32 }, (_, index) => {
      const own = createHash('sha256').update(`${index}`).digest('base64url')
      return Buffer.from(`{"csrfSecret":"${own}","theme":"dark","language":"de-DE"}`)
    })
    const shared = sharedPhrases(texts).toString()
    expect(shared).toContain('"theme":"dark","language":"de-DE"}')
    for (const text of texts) expect(shared).not.toContain(text.toString().slice(16, 56))
    expect(sharedPhrases(texts.slice(0, 2))).toHaveLength(0)
  })
})

function session(index: number): string {
  const user = { name: `Ünal ${index}`, role: 'customer' }
  return JSON.stringify({ views: index, user, theme: 'dark', language: 'tr-TR', flash: [] })
}

describe('a phrasebook', () => {
  it('keeps what older generations packed readable when it learns anew', () => {
    const book = new Phrasebook()
    const kept: { text: string; generation: number; bytes: Buffer }[] = []
    for (let index = 0; index < 20_000; index += 1) {
      const text = index < 5_000 ? session(index) : session(index).replaceAll('"theme"', '"anotherNameForTheTheme"')
      const size = book.pack(text, Buffer.byteLength(text))
      if (size > 0 && index % 97 === 0) {
        kept.push({ text, generation: book.generation, bytes: Buffer.from(book.packed.subarray(0, size)) })
      }
    }
    expect(new Set(kept.map(({ generation }) => generation)).size).toBeGreaterThanOrEqual(3)
    for (const { text, generation, bytes } of kept) {
      expect(book.unpack(generation, bytes, 0, bytes.length, 'utf8')).toBe(text)
      expect(bytes.length).toBeLessThan(text.length * 0.6)
    }
  })
})

describe('packing', () => {
  it('takes a store to less than two thirds, and gives every record back to the letter', () => {
    const [packed, plain] = [new MemorySessionStore({}, 0), new MemorySessionStore({}, Number.POSITIVE_INFINITY)]
    const expiresAt = Date.now() + 3_600_000
    for (let index = 0; index < 5_000; index += 1) {
      for (const store of [packed, plain]) store.create(`key-${index}`, record({ data: session(index), expiresAt }))
    }
    expect(packed.bytes).toBeLessThan(plain.bytes * 0.67)
    for (let index = 0; index < 5_000; index += 1) expect(packed.read(`key-${index}`)?.data).toBe(session(index))
  })
})

/** Few hashes, and some at the very end of the table, so that probing wraps around. */
function hashOfSlot(slot: number): number {
  return [0, 1, 5, 1022, 1023][slot % 5]!
}

describe('a slot table', () => {
  it('finds what a Map would, however the hashes collide', () => {
    const step = fc.tuple(fc.constantFrom('insert', 'remove', 'succeed'), fc.nat({ max: 40 }), fc.nat({ max: 40 }))
    check(
      fc.array(step, { maxLength: 120, size: 'max' }),
      (steps) => {
        const table = new SlotTable()
        table.grow(2_000)
        const hashes = new Map<number, number>()
        for (const [action, slot, other] of steps) {
          if (action === 'insert' && !hashes.has(slot)) {
            table.insert(slot, hashOfSlot(slot))
            hashes.set(slot, hashOfSlot(slot))
          } else if (action === 'remove' && hashes.delete(slot)) table.remove(slot)
          else if (action === 'succeed' && hashes.has(slot) && !hashes.has(other)) {
            table.succeed(slot, other)
            hashes.set(other, hashes.get(slot)!)
            hashes.delete(slot)
          }
          for (let each = 0; each <= 60; each += 1) {
            const hash = hashes.get(each) ?? hashOfSlot(each)
            expect(table.find(hash, (found) => found === each)).toBe(hashes.has(each) ? each : NONE)
          }
        }
      },
      60,
    )
  })

  it('still finds everything when it has grown', () => {
    const table = new SlotTable()
    table.grow(10_000)
    for (let slot = 0; slot < 10_000; slot += 1) table.insert(slot, Math.imul(slot, 0x9e3779b1))
    for (let slot = 0; slot < 10_000; slot += 7) {
      expect(table.find(Math.imul(slot, 0x9e3779b1), (found) => found === slot)).toBe(slot)
    }
  })
})

describe('deadlines', () => {
  it('name a slot that is over if there is one, and none if there is none', () => {
    const slot = fc.nat({ max: 1_499 })
    const step = fc.oneof(
      fc.tuple(fc.constant('set'), slot, fc.nat({ max: 100 })),
      fc.tuple(fc.constant('clear'), slot, fc.constant(0)),
      fc.tuple(fc.constant('take'), fc.constant(0), fc.nat({ max: 100 })),
    )
    check(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const deadlines = new Deadlines()
      deadlines.grow(700)
      deadlines.grow(1_500)
      const model = new Map<number, number>()
      const wrong: unknown[] = []
      for (const [action, at, time] of steps) {
        if (action === 'set') {
          deadlines.set(at, time)
          model.set(at, time)
        } else if (action === 'clear') {
          deadlines.clear(at)
          model.delete(at)
        } else {
          const found = deadlines.expired(time)
          const over = [...model.keys()].filter((each) => model.get(each)! <= time)
          if (over.length === 0 ? found !== NONE : !over.includes(found)) wrong.push([time, found])
          deadlines.clear(Math.max(0, found))
          model.delete(Math.max(0, found))
        }
      }
      expect(wrong).toEqual([])
    })
  })
})

/** A random walk that is the same in every run. */
function randomFrom(start: number): (below: number) => number {
  let seed = start
  return (below) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
}

/** The bytes of the record of a slot, without its header. */
function bytesOf(slabs: Slabs, slot: number): Buffer {
  const start = slabs.startOf(slot)
  return slabs.slabOf(slot).buffer.subarray(start, start + slabs.sizeOf(slot) - 6)
}

const pattern = (slot: number, size: number): Buffer => Buffer.alloc(size - 6, (slot * 31 + size) & 0xff)

describe('slabs', () => {
  it('keep every record whole under a long life of changes, in a third more than what lives and seven slabs', () => {
    const slabs = new Slabs()
    const slots = 4_000
    slabs.grow(slots)
    const sizes = new Map<number, number>()
    const random = randomFrom(1)
    let live = 0
    let mostWasted = 0
    for (let step = 0; step < 60_000; step += 1) {
      const slot = random(slots)
      const before = sizes.get(slot)
      live -= before ?? 0
      if (before !== undefined && random(4) === 0) {
        slabs.release(slot)
        sizes.delete(slot)
        continue
      }
      const size = allocatedSize(random(100) === 0 ? 1 + random(120_000) : 1 + random(900))
      if (before === undefined) slabs.allocate(slot, size)
      else slabs.reallocate(slot, size)
      pattern(slot, size).copy(slabs.slabOf(slot).buffer, slabs.startOf(slot))
      sizes.set(slot, size)
      live += size
      mostWasted = Math.max(mostWasted, slabs.size - live / 0.75)
    }
    const broken = [...sizes].filter(([slot, size]) => !bytesOf(slabs, slot).equals(pattern(slot, size)))
    expect(broken).toEqual([])
    expect(mostWasted).toBeLessThan(7 * 256 * 1024)
  })

  it('give their memory back when everything is released', () => {
    const slabs = new Slabs()
    slabs.grow(10_000)
    for (let slot = 0; slot < 10_000; slot += 1) slabs.allocate(slot, allocatedSize(500))
    expect(slabs.size).toBeGreaterThan(5_000_000)
    for (let slot = 0; slot < 10_000; slot += 1) slabs.release(slot)
    expect(slabs.size).toBeLessThan(2_000_000)
  })
})
