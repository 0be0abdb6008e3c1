/**
 * `coatcheck migrate`: sessions from one store into another, while the app goes on.
 *
 * It never overwrites what is newer than itself: a record that the app has changed in the new store stays as it is. So it can be stopped at any
 * moment and run again, and the second run takes along what has changed in the old store since the first.
 */
import { createHmac } from 'node:crypto'
import { deriveKey } from '../../core/keys.js'
import type { KeptRecord, SessionStore } from '../../core/record.js'
import { Failure } from '../failures.js'
import type { Output } from '../output.js'
import type { Source } from '../sources.js'

export interface MigrateOptions {
  /** Looks and counts, and writes nothing. */
  readonly dryRun?: boolean | undefined
  /** The app's secret, where the new store keeps hashes of IDs, as `coatcheck()` does. */
  readonly hashWith?: string | undefined
  readonly json?: boolean | undefined
}

interface Tally {
  copied: number
  /** Were there already, copied before, and brought up to date. */
  updated: number
  /** Were there already, and are as they are in the old store or newer. */
  kept: number
  expired: number
  unreadable: number
}

/** What a copy has that the app has not touched since. */
const copyVersion = 1
const progressEvery = 500

export async function migrate(
  source: Source,
  target: SessionStore,
  { dryRun = false, hashWith, json }: MigrateOptions,
  out: Output,
): Promise<void> {
  const keyOf = hashWith === undefined ? (key: string) => key : hasher(hashWith)
  const tally: Tally = { copied: 0, updated: 0, kept: 0, expired: 0, unreadable: 0 }
  let looked = 0
  for await (const session of source.sessions()) {
    tally[await one(session, target, keyOf, dryRun)] += 1
    looked += 1
    if (looked % progressEvery === 0) progress(looked, source.total, out)
  }
  if (json === true) out.json({ ...tally, dryRun })
  else {
    out.table(
      [dryRun ? 'WOULD BE' : 'DONE', String(looked)],
      [
        ['copied', tally.copied],
        ['brought up to date', tally.updated],
        ['there already', tally.kept],
        ['expired, left behind', tally.expired],
        ['unreadable, left behind', tally.unreadable],
      ],
    )
  }
}

async function one(
  session: KeptRecord | undefined,
  target: SessionStore,
  keyOf: (key: string) => string,
  dryRun: boolean,
): Promise<keyof Tally> {
  if (session === undefined) return 'unreadable'
  const record = { ...session.record, version: copyVersion }
  if (record.expiresAt <= Date.now()) return 'expired'
  const key = keyOf(session.key)
  const there = await target.read(key, { fresh: true })
  if (there !== undefined) {
    const isSame = there.data === record.data && there.attributes === record.attributes
    if (isSame || there.version !== copyVersion) return 'kept'
    // The version stays: it is still a copy, which the next run may bring up to date.
    if (dryRun) return 'updated'
    const answer = await target.update(key, record, there.version)
    return answer === 'updated' ? 'updated' : 'kept'
  }
  if (dryRun) return 'copied'
  if (!(await target.create(key, record))) return 'kept'
  const copy = await target.read(key, { fresh: true })
  if (copy?.data !== record.data || copy.attributes !== record.attributes) {
    throw new Failure(
      'a session that was copied reads back differently; nothing of the old store was changed. Look into the new one',
      1,
    )
  }
  return 'copied'
}

/** The key of a record under `coatcheck()`. Only IDs go in: what is a hash already was made with some secret, and is none. */
function hasher(secret: string): (id: string) => string {
  const key = deriveKey(secret, 'store key')
  return (id) => createHmac('sha256', key).update(id).digest('base64url')
}

const barWidth = 30

function progress(looked: number, total: number | undefined, out: Output): void {
  if (!process.stderr.isTTY) return
  const share = total === undefined || total === 0 ? undefined : Math.min(1, looked / total)
  const bar =
    share === undefined
      ? ''
      : `[${'█'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '·')}] ${Math.round(share * 100)} %  `
  process.stderr.write(`\r${bar}${looked} sessions`)
  if (share === 1) out.note('')
}
