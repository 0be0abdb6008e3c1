/**
 * How far a scan has come, as the text that `scan` hands out: all of it, so that any process can go on.
 */

import { SessionOptionError } from '../../core/errors.js'

export interface ScanCursor {
  /** Names the scan, for the process that remembers which keys it has seen. */
  readonly scan: string
  /** The number of the page that comes next, from 1 on. */
  readonly page: number
  /** The servers that are through. */
  readonly done: readonly string[]
  /** The server that is under way, and its own cursor. `undefined` where the next one has not begun. */
  readonly node: string | undefined
  readonly position: string
  /** Keys that came with the last page and had no room on it. */
  readonly left: readonly string[]
}

export function writeCursor({ scan, page, done, node, position, left }: ScanCursor): string {
  return Buffer.from(JSON.stringify([scan, page, done, node ?? null, position, left])).toString('base64url')
}

export function readCursor(text: string): ScanCursor {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown
    if (!Array.isArray(parts) || parts.length !== 6) throw badCursor()
    const [scan, page, done, node, position, left] = parts as unknown[]
    if (typeof scan === 'string' && isPage(page) && isTexts(done) && isPosition(position) && isTexts(left)) {
      if (typeof node === 'string') return { scan, page, done, node, position, left }
      if (node === null) return { scan, page, done, node: undefined, position, left }
    }
  } catch {
    // Said below, as for every other text that is none.
  }
  throw badCursor()
}

function isPage(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1
}

function isPosition(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string')
}

function badCursor(): SessionOptionError {
  return new SessionOptionError('redisStore: a cursor for scan must be one that scan answered.')
}
