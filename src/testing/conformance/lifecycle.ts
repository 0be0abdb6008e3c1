/**
 * `close`: safe twice, and clear to those who call after it.
 */

import assert from 'node:assert/strict'
import { SessionError } from '../../core/errors.js'
import type { SessionStore } from '../../core/record.js'
import { answer, assertStoredByAny, newRecord, type Check, type CheckContext } from './check.js'

const callsAfterClose: Readonly<Record<Exclude<keyof SessionStore, 'close'>, (context: CheckContext) => unknown>> = {
  create: ({ store, clock }) => store.create('new', newRecord(clock)),
  read: ({ store }) => store.read('key'),
  update: ({ store, clock }) => store.update('key', newRecord(clock, { version: 2 }), 1),
  touch: ({ store, clock }) => store.touch('key', clock.now() + 60_000),
  delete: ({ store }) => store.delete('key'),
  replace: ({ store, clock }) => store.replace('key', 'new', newRecord(clock)),
  listByUser: ({ store }) => store.listByUser('ann'),
  deleteByUser: ({ store }) => store.deleteByUser('ann'),
  scan: ({ store }) => store.scan(undefined, 10),
  count: ({ store }) => store.count(),
  sweep: ({ store, clock }) => store.sweep(clock.now()),
}

export const lifecycleChecks: readonly Check[] = [
  {
    name: 'close can be called twice',
    async run({ store }) {
      await store.close()
      await store.close()
      await Promise.all([answer(() => store.close()), answer(() => store.close())])
    },
  },
  ...Object.entries(callsAfterClose).map(([method, call]): Check => ({
    name: `${method} after close is an error with ERR_SESSION_CLOSED`,
    async run(context) {
      await context.store.create('key', newRecord(context.clock, { userId: 'ann' }))
      await context.store.close()
      await assert.rejects(
        answer(() => call(context)),
        (error) => error instanceof SessionError && error.code === 'ERR_SESSION_CLOSED',
      )
    },
  })),
  {
    name: 'a write that was under way when the store closed is finished first',
    async run({ store, stores, clock }) {
      const record = newRecord(clock)
      const written = answer(() => store.create('key', record))
      const closed = answer(() => store.close())
      assert.equal(await written, true)
      await closed
      for (const other of stores.slice(1)) await assertStoredByAny(other, 'key', record)
    },
  },
  {
    name: 'closing one handle leaves the others working',
    async run({ store, stores, clock }) {
      const record = newRecord(clock)
      await store.create('key', record)
      await store.close()
      for (const other of stores.slice(1)) {
        await assertStoredByAny(other, 'key', record)
        assert.equal(await other.touch('key', record.expiresAt + 1), true)
        assert.equal(await other.touch('key', record.expiresAt), true)
      }
    },
  },
]
