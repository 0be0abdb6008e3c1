/**
 * The secret that signs the cookie: SESSION_SECRET, or one that is made up once and kept beside the data, so that a restarted server
 * knows the tickets it has given out.
 */
import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export function sessionSecret(folder: string): string {
  const given = process.env.SESSION_SECRET
  if (given !== undefined && given !== '') return given
  const path = join(folder, 'session-secret')
  return readKept(path) ?? makeOne(folder, path)
}

function readKept(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function makeOne(folder: string, path: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 })
  try {
    // Whole or not at all, and only where there is none: of two servers that start at once, one makes it and both use it.
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return readFileSync(path, 'utf8')
}
