/**
 * What `memoryStore` can be told, and the check of it.
 */

import { systemClock, type Clock } from '../../core/clock.js'
import { SessionOptionError } from '../../core/errors.js'
import type { KeptRecord } from '../../core/record.js'
import { reachableBytes } from './slabs.js'

export interface MemoryStoreOptions {
  /** The most sessions kept at once. Default: 100,000. */
  readonly maxSessions?: number | undefined
  /**
   * The most bytes that the records may take, with what it takes to find them. Default: 268,435,456 (256 MiB). While space is
   * taken back the process uses up to a third more.
   */
  readonly maxBytes?: number | undefined
  /** Called with each live session that a limit pushed out. See `MemorySessionStore.onEvict`. */
  readonly onEvict?: ((evicted: KeptRecord) => void) | undefined
  /** Tells which sessions are over when room is needed. Default: the system's clock. */
  readonly clock?: Clock | undefined
}

export interface MemoryLimits {
  readonly maxSessions: number
  readonly maxBytes: number
  readonly clock: Clock
}

const mostSessions = 2 ** 30

export function readOptions(options: MemoryStoreOptions): MemoryLimits {
  const { maxSessions = 100_000, maxBytes = 256 * 1024 * 1024, onEvict, clock = systemClock } = options
  requireWhole('maxSessions', maxSessions, mostSessions)
  requireWhole('maxBytes', maxBytes, reachableBytes)
  if (onEvict !== undefined && typeof onEvict !== 'function') {
    throw new SessionOptionError(`memoryStore: onEvict must be a function, not ${typeof onEvict}.`)
  }
  return { maxSessions, maxBytes, clock }
}

function requireWhole(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new SessionOptionError(
    `memoryStore: ${name} must be a whole number from 1 to ${most.toLocaleString('en')}, not ${String(value)}.`,
  )
}
