import { randomFillSync } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { idGenerator, idShape } from '../../src/core/ids.js'

describe('idGenerator', () => {
  it('makes 256-bit IDs as 43 characters of base64url', () => {
    const generate = idGenerator()
    for (let index = 0; index < 300; index += 1) {
      const id = generate()
      expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/)
      expect(Buffer.from(id, 'base64url')).toHaveLength(32)
    }
  })

  it('makes IDs of 24 bytes where it is asked to, as express-session does', () => {
    expect(idGenerator(24)()).toMatch(/^[A-Za-z0-9_-]{32}$/)
  })

  it('never repeats itself, over many refills of its pool', () => {
    const generate = idGenerator()
    const ids = new Set(Array.from({ length: 2_000 }, generate))
    expect(ids.size).toBe(2_000)
  })

  it('uses every random byte once, in order', () => {
    let next = 0
    const counting = (buffer: Buffer): void => {
      for (let index = 0; index < buffer.length; index += 1) buffer[index] = next++ % 251
    }
    const generate = idGenerator(24, counting)
    const bytes = Buffer.concat(Array.from({ length: 1_000 }, () => Buffer.from(generate(), 'base64url')))
    expect(bytes.equals(Buffer.from(Array.from({ length: bytes.length }, (_, index) => index % 251)))).toBe(true)
  })

  it('wipes the bytes of an ID once it is issued', () => {
    let pool: Buffer = Buffer.alloc(0)
    const generate = idGenerator(32, (buffer) => {
      pool = buffer
      return buffer.fill(0xff)
    })
    const id = generate()
    expect(id).toBe(Buffer.alloc(32, 0xff).toString('base64url'))
    expect(pool.subarray(0, 32).every((byte) => byte === 0)).toBe(true)
    expect(pool.subarray(32).every((byte) => byte === 0xff)).toBe(true)
  })

  it('throws when the random source fails, and makes no weaker ID', () => {
    let works = false
    const generate = idGenerator(32, (buffer) => {
      if (!works) throw new Error('no entropy')
      randomFillSync(buffer)
    })
    expect(generate).toThrow('no entropy')
    expect(generate).toThrow('no entropy')
    works = true
    expect(generate()).toHaveLength(43)
  })

  it('throws when the random source fails at a refill, rather than issue what is left of the pool', () => {
    let fills = 0
    const generate = idGenerator(32, (buffer) => {
      fills += 1
      if (fills > 1) throw new Error('no entropy')
      randomFillSync(buffer)
    })
    for (let index = 0; index < 4096 / 32; index += 1) generate()
    expect(generate).toThrow('no entropy')
  })
})

describe('idShape', () => {
  const isId = idShape()

  it('knows what the generator makes', () => {
    expect(isId(idGenerator()())).toBe(true)
    expect(idShape(24)(idGenerator(24)())).toBe(true)
  })

  it.each([
    ['empty', ''],
    ['too short', 'a'.repeat(42)],
    ['too long', 'a'.repeat(44)],
    ['base64 that is not base64url', '+'.repeat(43)],
    ['a path', '../'.padEnd(43, 'a')],
    ['SQL', "' OR 1=1 --".padEnd(43, 'a')],
    ['a line break at the end', 'a'.repeat(42) + '\n'],
    ['U+0000', 'a'.repeat(42) + '\0'],
    ['letters beyond ASCII', 'é'.repeat(43)],
    ['a prototype key', '__proto__'],
  ])('refuses %s', (_name, id) => {
    expect(isId(id)).toBe(false)
  })
})
