/**
 * From checked options to a session layer: chooses the keeper for the store, and ties store and layer together.
 */
import { systemClock } from '../core/clock.js'
import { SessionOptionError } from '../core/errors.js'
import { SessionEventHub } from '../core/events.js'
import { hashedHandles, sealedHandles, type Handles } from '../core/handles.js'
import { idGenerator } from '../core/ids.js'
import type { Keeper } from '../core/keeper.js'
import { deriveKey, hashedStoreKeys, plainStoreKeys } from '../core/keys.js'
import type { Lifetimes } from '../core/deadlines.js'
import { RecordKeeper } from '../core/record-keeper.js'
import { WatchedStore } from '../core/watched-store.js'
import type { SessionStore } from '../core/record.js'
import type { LayerSettings } from '../core/layer-settings.js'
import { sealedRecords } from '../core/sealed-records.js'
import { secretSize, TicketSigner, type Secret } from '../core/secrets.js'
import { defaultStoreTimeout } from './ask-store.js'
import { deviceReader } from './device.js'
import { ExpressStoreKeeper } from './express-store-keeper.js'
import type { Hints } from './hints.js'
import { KeeperStore } from './keeper-store.js'
import { MemoryStore } from './memory-store.js'
import type { CookieSource, Layer } from './layer.js'
import { oneOf, optionalDuration, optionalTimer, storeKind, type SharedOptions, type UserFunction } from './options.js'
import { generateSession } from './new-session.js'
import { userReader } from './passport-user.js'
import { RecordsOverStore } from './records-over-store.js'
import type { Store } from './store.js'
import { visitOf } from './visit-of.js'

// Longer than a request that was sent with the old ID should take to arrive.
const defaultTombstone = 30_000

/** What the doors decide differently, once their options are checked. */
export interface DoorSettings {
  readonly options: SharedOptions
  readonly modern: boolean
  /** Empty when the secret is to come from `req.secret`. */
  readonly secrets: readonly Secret[]
  readonly store: SessionStore | Store
  readonly cookieName: string
  readonly cookie: CookieSource
  readonly idBytes: number
  readonly isIdShaped: (id: string) => boolean
  readonly resave: boolean
  readonly saveUninitialized: boolean
  readonly hashIds: boolean
  readonly maxDataBytes: number
  readonly lifetimes: Lifetimes
  readonly hints: Hints
}

/** A layer, and what the mounted object offers beyond requests. */
export interface BuiltLayer {
  readonly layer: Layer
  readonly handles: Handles
  /** Where sessions can be listed; absent under a callback store in the contract of express-session. */
  readonly records: SessionStore | undefined
  /** The store of records that the app handed in, or was given, with whatever it offers beyond the contract. */
  readonly ownStore: SessionStore | undefined
  readonly recordKeeper: RecordKeeper | undefined
  /** The callback store that the app handed in, if it did. */
  readonly expressStore: Store | undefined
  readonly options: SharedOptions
  readonly settings: LayerSettings
}

export function buildLayer(door: DoorSettings): BuiltLayer {
  const { options, secrets } = door
  const clock = options.clock ?? systemClock
  const patience = { clock, storeTimeout: optionalTimer('storeTimeout', options.storeTimeout, defaultStoreTimeout) }
  const kind = storeKind(door.store)
  const expressStore = kind === 'express' ? (door.store as Store) : undefined
  const ownStore =
    kind === 'records'
      ? (door.store as SessionStore)
      : door.modern
        ? new RecordsOverStore(expressStore!, patience)
        : undefined
  const events = new SessionEventHub()
  // Timed below the encryption: what is measured is the store.
  const records = ownStore && sealedRecords(new WatchedStore(ownStore, events), options.encryption)
  if (door.hashIds && secrets.length === 0) {
    throw new SessionOptionError('hashIds needs a secret: the key of the hash is derived from it')
  }

  const concurrency = {
    conflict: oneOf('conflict', options.conflict ?? 'merge', ['merge', 'overwrite', 'reject']),
    tombstone: optionalDuration('tombstone', options.tombstone, defaultTombstone, 0),
  }
  const renewEvery = optionalDuration('renewEvery', options.renewEvery, undefined)
  if (renewEvery !== undefined && concurrency.tombstone === 0) {
    throw new SessionOptionError(
      'renewEvery needs a tombstone: without one, requests that are on their way with the old ID would be strangers',
    )
  }
  const handles = door.hashIds ? hashedHandles : sealedHandles(secrets[0] ?? processSecret())
  const recordKeeper =
    records &&
    new RecordKeeper({
      store: records,
      storeKeyOf: door.hashIds ? hashedStoreKeys(secrets) : plainStoreKeys,
      lifetimes: door.lifetimes,
      ...concurrency,
      renews: renewEvery !== undefined,
      handleOf: handles.handleOf,
      ...patience,
    })
  const keeper: Keeper =
    recordKeeper ?? new ExpressStoreKeeper(expressStore!, { ...patience, ...concurrency, handleOf: handles.handleOf })
  const store = recordKeeper ? new KeeperStore({ keeper: recordKeeper, records }) : expressStore!

  const form = door.modern ? 'compact' : 'express-session'
  const signingKeys = door.modern ? secrets.map((secret) => deriveKey(secret, 'cookie signature')) : secrets
  const layer: Layer = {
    signer: secrets.length === 0 ? undefined : new TicketSigner(signingKeys, form),
    signerFor: lastSigner(),
    cookieName: door.cookieName,
    cookie: door.cookie,
    genid: (options.genid as UserFunction<unknown> | undefined) ?? idGenerator(door.idBytes),
    isIdShaped: door.isIdShaped,
    resave: door.resave,
    saveUninitialized: door.saveUninitialized,
    rolling: Boolean(options.rolling),
    destroyUnset: options.unset === 'destroy',
    proxy: options.proxy,
    store,
    keeper,
    recordKeeper,
    renewEvery,
    userOf: recordKeeper && userReader(options.passportUser, door.hints),
    userBound: [],
    deviceOf: recordKeeper && deviceReader(options.device),
    ...patience,
    maxDataBytes: door.maxDataBytes,
    onStoreError: oneOf('onStoreError', options.onStoreError ?? 'fail', ['fail', 'continue']),
    events,
    hints: door.hints,
    modern: door.modern,
  }
  // Several layers may share one store: the request says whose session it is, and only a request that knows none gets this layer's.
  store.generate = (req) => {
    const visit = visitOf(req)
    if (visit?.layer.store === store) visit.generate()
    else generateSession(layer, req as never)
  }
  const settings = layerSettings(door, layer, expressStore === undefined ? ownStore : expressStore)
  return { layer, handles, records, ownStore, recordKeeper, expressStore, options, settings }
}

function layerSettings(door: DoorSettings, layer: Layer, store: object | undefined): LayerSettings {
  const { options, lifetimes } = door
  const keepsTime = layer.recordKeeper !== undefined
  return {
    door: door.modern ? 'coatcheck' : 'session',
    cookieName: door.cookieName,
    cookie: typeof door.cookie === 'function' ? undefined : door.cookie,
    secretBytes: door.secrets.map(secretSize),
    store: isInMemory(store) ? 'memory' : storeKind(store) === 'express' ? 'callbacks' : 'records',
    hashIds: door.hashIds,
    encrypted: options.encryption !== undefined,
    resave: door.resave,
    saveUninitialized: door.saveUninitialized,
    ownGenid: options.genid !== undefined,
    idle: keepsTime ? lifetimes.idle : undefined,
    absolute: keepsTime ? lifetimes.absolute : undefined,
    renewEvery: layer.renewEvery,
    maxDataBytes: door.maxDataBytes,
    onStoreError: layer.onStoreError,
    limitsSessions: options.maxSessionsPerUser !== undefined,
  }
}

/** The default of either door, or whatever says of itself that it ends with the process. */
function isInMemory(store: object | undefined): boolean {
  return store instanceof MemoryStore || (store !== undefined && 'inMemory' in store && store.inMemory === true)
}

// Without a secret of the app's, handles are good for as long as the process lives.
function processSecret(): Secret {
  return idGenerator()()
}

// Apps that leave the secret to cookie-parser have one, or two while they change it.
function lastSigner(): (secret: Secret) => TicketSigner {
  let last: { secret: Secret; signer: TicketSigner } | undefined
  return (secret) => {
    if (last?.secret !== secret) last = { secret, signer: new TicketSigner([secret], 'express-session') }
    return last.signer
  }
}
