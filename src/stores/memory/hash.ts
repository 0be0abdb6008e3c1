/**
 * A keyed hash (HalfSipHash-1-3), so that nobody outside can choose user IDs or keys that all fall into one place of a table.
 */

import { randomBytes } from 'node:crypto'
import type { Identifier } from './identifier.js'

const key = randomBytes(8)
const key0 = key.readInt32LE(0)
const key1 = key.readInt32LE(4)

/** 32 bits over the identifier's bytes, its kind and its length. */
export function hashOf(identifier: Identifier): number {
  const { words, bytes, size } = identifier
  const count = (size + 3) >> 2
  // What an earlier, longer identifier left behind must not count.
  for (let index = size; index < count * 4; index += 1) bytes[index] = 0

  let v0 = key0
  let v1 = key1
  let v2 = 0x6c796765 ^ key0
  let v3 = 0x74656462 ^ key1
  for (let index = 0; index < count + 4; index += 1) {
    const finishing = index > count
    const word = index < count ? words[index]! : finishing ? 0 : (identifier.length << 2) | identifier.kind
    if (index === count + 1) v2 ^= 0xff
    v3 ^= word
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return v1 ^ v3
}
