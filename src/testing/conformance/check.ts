/**
 * What every check of the conformance suite is handed, and the few assertions they share.
 */

import assert from 'node:assert/strict'
import type { KeptRecord, MaybePromise, SessionRecord, SessionStore } from '../../core/record.js'
import type { FakeClock } from '../fake-clock.js'

/** One rule of the contract: a name that states it, and the test of it. */
export interface Check {
  readonly name: string
  /** Left out where the engine itself forgets expired records by its own clock: see `ConformanceOptions.expiry`. */
  readonly onlyIfSwept?: true
  run(context: CheckContext): Promise<void>
}

export interface CheckContext {
  /** The handle that checks of a single one use. */
  readonly store: SessionStore
  /** Every handle on the same records; `store` is the first. */
  readonly stores: readonly SessionStore[]
  readonly clock: FakeClock
  /** The most that one call of `sweep` may delete. */
  readonly sweepBatch: number
}

let records = 0

/** A record that differs from every other, begun now and good for an hour unless `fields` say otherwise. */
export function newRecord(clock: FakeClock, fields: Partial<SessionRecord> = {}): SessionRecord {
  records += 1
  return {
    data: JSON.stringify({ views: records }),
    version: 1,
    createdAt: clock.now(),
    expiresAt: clock.now() + 3_600_000,
    ...fields,
  }
}

/** `record` as its next `update` would hand it in. */
export function nextVersion(record: SessionRecord, fields: Partial<SessionRecord> = {}): SessionRecord {
  return { ...record, data: JSON.stringify({ after: record.data }), version: record.version + 1, ...fields }
}

/** Runs `call` so that an error thrown at once and a rejection come out the same. */
export async function answer<T>(call: () => MaybePromise<T>): Promise<T> {
  return call()
}

/** Runs all calls before it waits for any. */
export function together<T>(calls: readonly (() => MaybePromise<T>)[]): Promise<T[]> {
  return Promise.all(calls.map(answer))
}

/** Inserts `count` new records, many at a time, and answers them by key. */
export async function fill(
  { store, clock }: CheckContext,
  count: number,
  fields: (index: number) => Partial<SessionRecord> & { key?: string } = () => ({}),
): Promise<Map<string, SessionRecord>> {
  const made = new Map<string, SessionRecord>()
  for (let index = 0; index < count; index += 1) {
    const { key = `key-${index}`, ...rest } = fields(index)
    made.set(key, newRecord(clock, rest))
  }
  const entries = [...made]
  while (entries.length > 0) {
    const created = await together(
      entries.splice(0, 100).map(
        ([key, record]) =>
          () =>
            store.create(key, record),
      ),
    )
    assert.ok(created.every(Boolean), 'create must answer true for a new key')
  }
  return made
}

/** Absent and `undefined` are the same in a record; everything else must be there to the letter, and nothing more. */
function plain(record: SessionRecord): SessionRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as unknown as SessionRecord
}

export function assertRecord(actual: SessionRecord | undefined, expected: SessionRecord, message?: string): void {
  assert.ok(actual !== undefined, message ?? 'the record must be there')
  assert.deepEqual(plain(actual), plain(expected), message)
}

export function assertKept(actual: readonly KeptRecord[], expected: readonly KeptRecord[], message?: string): void {
  assert.deepEqual(
    actual.map(({ key, record }) => ({ key, record: plain(record) })),
    expected.map(({ key, record }) => ({ key, record: plain(record) })),
    message,
  )
}

/** What this handle itself wrote: read as requests do, twice for a store that remembers, and fresh. */
export async function assertStored(
  store: SessionStore,
  key: string,
  expected: SessionRecord,
  message?: string,
): Promise<void> {
  assertRecord(await store.read(key), expected, message)
  assertRecord(await store.read(key), expected, message)
  assertRecord(await store.read(key, { fresh: true }), expected, message)
}

export async function assertGone(store: SessionStore, key: string, message = 'the record must be gone'): Promise<void> {
  assert.equal(await store.read(key), undefined, message)
  assert.equal(await store.read(key, { fresh: true }), undefined, message)
}

/** The same where another handle may have written: only what is fresh must have it, and then nothing older is answered any more. */
export async function assertStoredByAny(
  store: SessionStore,
  key: string,
  expected: SessionRecord,
  message?: string,
): Promise<void> {
  assertRecord(await store.read(key, { fresh: true }), expected, message)
  await assertStored(store, key, expected, message)
}

export async function assertGoneByAny(store: SessionStore, key: string, message?: string): Promise<void> {
  assert.equal(await store.read(key, { fresh: true }), undefined, message ?? 'the record must be gone')
  await assertGone(store, key, message)
}
