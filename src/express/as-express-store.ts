/**
 * A first-party store for express-session itself: `session({ store: asExpressStore(sqliteStore('sessions.db')) })`, whichever library `session` is from.
 */
import { systemClock, type Clock } from '../core/clock.js'
import { milliseconds, timerMilliseconds, type Duration } from '../core/duration.js'
import { plainStoreKeys } from '../core/keys.js'
import { RecordKeeper } from '../core/record-keeper.js'
import type { SessionStore } from '../core/record.js'
import { sealedRecords } from '../core/sealed-records.js'
import type { EncryptionOptions } from '../core/sealing.js'
import { startSweeper } from '../core/sweeper.js'
import { defaultStoreTimeout } from './ask-store.js'
import { KeeperStore } from './keeper-store.js'
import type { Store } from './store.js'

export interface ExpressStoreOptions {
  /** How long a session lives whose cookie has no maxAge. Default one day. */
  idleTimeout?: Duration | undefined
  /** How often expired records are swept. Default one minute. */
  sweepInterval?: Duration | undefined
  /** Encrypt what the store keeps, as the option of both doors does. */
  encryption?: EncryptionOptions | undefined
  clock?: Clock | undefined
}

/**
 * `store` behind express-session's callbacks. Records are kept under the plain session ID, as every store of express-session keeps them;
 * `session({ store })` of coatcheck finds them there without this adapter.
 */
export function asExpressStore(store: SessionStore, options: ExpressStoreOptions = {}): Store {
  const clock = options.clock ?? systemClock
  const records = sealedRecords(store, options.encryption)
  const keeper = new RecordKeeper({
    store: records,
    storeKeyOf: plainStoreKeys,
    lifetimes: {
      idle: milliseconds('idleTimeout', options.idleTimeout ?? '1d'),
      absolute: undefined,
      touchWindow: undefined,
    },
    conflict: 'overwrite',
    renews: false,
    tombstone: 0,
    clock,
    storeTimeout: defaultStoreTimeout,
    handleOf: (key) => key,
  })
  // Runs for as long as the process does, as the store of an express-session app does; it keeps neither alive.
  startSweeper(records, timerMilliseconds('sweepInterval', options.sweepInterval ?? '1m'), clock, () => {})
  return new KeeperStore({ keeper, records })
}
