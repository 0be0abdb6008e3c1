/**
 * Stores that lack one defence each: what the laboratory must find.
 */
import type { KeptRecord, SessionRecord, SessionStore } from '../../../src/index.js'
import { memoryStore } from '../../../src/stores/memory/index.js'

// The store in memory answers at once, and as what it answers.
interface MemoryRecords extends SessionStore {
  create(key: string, record: SessionRecord): boolean
  read(key: string): SessionRecord | undefined
  listByUser(userId: string): readonly KeptRecord[]
}

const methods = [
  'create',
  'read',
  'update',
  'touch',
  'delete',
  'replace',
  'listByUser',
  'deleteByUser',
  'scan',
  'count',
  'sweep',
  'close',
] as const

function broken(faults: (store: MemoryRecords) => Partial<SessionStore>): () => SessionStore {
  return () => {
    const store = memoryStore() as MemoryRecords
    const whole = Object.fromEntries(
      methods.map((method) => [
        method,
        (...args: unknown[]) => (store[method] as (...all: unknown[]) => unknown)(...args),
      ]),
    ) as unknown as SessionStore
    return Object.assign(whole, faults(store))
  }
}

/** Its update creates what is missing, as the `set` of most stores does. */
export const upsertingStore = broken((store) => ({
  async update(key, record, expectedVersion) {
    const result = await store.update(key, record, expectedVersion)
    if (result === 'missing') store.create(key, record)
    return result === 'missing' ? 'updated' : result
  },
}))

/** Compares no versions. */
export const versionlessStore = broken((store) => ({
  async update(key, record) {
    const current = store.read(key)
    return current === undefined ? 'missing' : store.update(key, record, current.version)
  },
}))

/** An ID that was given up leads to the session that came after it. */
export const redirectingStore = broken((store) => {
  const next = new Map<string, string>()
  const mark = 'retired:'
  let givenUp: string | undefined
  return {
    create(key, record) {
      if (key.startsWith(mark)) givenUp = key.slice(mark.length)
      else if (givenUp !== undefined) next.set(givenUp, key)
      return store.create(key, record)
    },
    read: (key) => store.read(next.get(key) ?? key),
  }
})

/** Gives two who ask at the same time one answer. */
export const mixedUpStore = broken((store) => {
  let last: SessionRecord | undefined
  let reads = 0
  return {
    read(key) {
      reads += 1
      const record = store.read(key)
      if (reads % 2 === 0 && record !== undefined && last !== undefined) return last
      last = record
      return record
    },
  }
})

/** Keeps no account of who signs in and whose sessions were ended. */
export const forgetfulOfUsersStore = broken((store) => ({
  create: (key, record) => key.startsWith('coatcheck-user:') || store.create(key, record),
}))

/** Keeps no account of the IDs that were given up. */
export const forgetfulOfIdsStore = broken((store) => ({
  create: (key, record) => key.startsWith('retired:') || store.create(key, record),
}))

/** Says that it deleted, and did not. */
export const undyingStore = broken(() => ({ delete: () => true, deleteByUser: () => [] }))

/** Leaves one of the user's records where it is. */
export const sparingStore = broken((store) => ({
  deleteByUser: (userId, exceptKey) => store.deleteByUser(userId, exceptKey ?? keysOf(store, userId)[0]),
}))

function keysOf(store: MemoryRecords, userId: string): readonly string[] {
  return store.listByUser(userId).map(({ key }) => key)
}
