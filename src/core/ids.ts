/**
 * Session IDs: the secret that a visitor's cookie carries.
 */
import { randomFillSync } from 'node:crypto'

const modernIdBytes = 32
const poolBytes = 4096

/** Fills a buffer with random bytes. The operating system's CSPRNG, unless a test hands in another. */
export type RandomSource = (buffer: Buffer) => unknown

/**
 * A generator of IDs of `bytes` random bytes as base64url. Bytes are drawn in bulk, because one system call per ID costs more than the
 * rest of a request's session, and wiped once used, so that a memory dump tells nothing of IDs already issued.
 * A source that fails throws: there is no weaker one to fall back to.
 */
export function idGenerator(bytes: number = modernIdBytes, random: RandomSource = randomFillSync): () => string {
  const pool = Buffer.allocUnsafeSlow(poolBytes - (poolBytes % bytes))
  let position = pool.length
  return () => {
    if (position === pool.length) {
      random(pool)
      position = 0
    }
    const end = position + bytes
    const id = pool.toString('base64url', position, end)
    pool.fill(0, position, end)
    position = end
    return id
  }
}

const base64url = /^[A-Za-z0-9_-]+$/

/** A check for IDs of `bytes` bytes that costs no store call: anything else never was one of ours. */
export function idShape(bytes: number = modernIdBytes): (id: string) => boolean {
  const length = Math.ceil((bytes * 4) / 3)
  return (id) => id.length === length && base64url.test(id)
}
