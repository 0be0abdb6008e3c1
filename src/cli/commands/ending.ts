/**
 * Commands that end sessions: revoke, sweep.
 */
import { UserLedger } from '../../accounts/user-ledger.js'
import { Revocations } from '../../accounts/revocations.js'
import { systemClock } from '../../core/clock.js'
import { SessionEventHub } from '../../core/events.js'
import { hashedHandles } from '../../core/handles.js'
import { plainStoreKeys } from '../../core/keys.js'
import type { SessionStore } from '../../core/record.js'
import { RecordKeeper } from '../../core/record-keeper.js'
import { Failure, notFound } from '../failures.js'
import { findSession } from '../known-session.js'
import type { Output } from '../output.js'

export interface RevokeOptions {
  readonly user?: string | undefined
  readonly everyone?: boolean | undefined
  readonly yes?: boolean | undefined
  readonly json?: boolean | undefined
}

const storeTimeout = 30_000

/** Ends what the app would end by `sessions.revoke`, `revokeUser` and `revokeEveryone`: sign-ins under way are ended, too. */
export async function revoke(
  store: SessionStore,
  names: readonly string[],
  { user, everyone, yes, json }: RevokeOptions,
  out: Output,
): Promise<void> {
  if ([names.length > 0, user !== undefined, everyone === true].filter(Boolean).length !== 1) {
    throw new Failure('say which: sessions by their names, --user with a user’s ID, or --everyone', 2)
  }
  if (everyone === true && yes !== true) {
    throw new Failure('--everyone signs out every user and empties every cart; say --yes if that is what you want', 2)
  }
  const ended = await endedBy(store, names, user, everyone)
  if (json === true) out.json({ ended })
  else out.print(ended === 1 ? 'ended 1 session' : `ended ${ended} sessions`)
  if (ended === 0 && everyone !== true) throw notFound('there was nothing to end')
}

async function endedBy(
  store: SessionStore,
  names: readonly string[],
  user: string | undefined,
  everyone: boolean | undefined,
): Promise<number> {
  // Nobody listens, and what of a session's time the app's options say is of no matter to its end: a ground of the bare store is enough.
  const ground = {
    store,
    clock: systemClock,
    storeTimeout,
    handles: hashedHandles,
    events: new SessionEventHub(),
    keeper: new RecordKeeper({
      store,
      storeKeyOf: plainStoreKeys,
      lifetimes: { idle: Infinity, absolute: undefined, touchWindow: 0 },
      conflict: 'reject',
      tombstone: 0,
      renews: true,
      clock: systemClock,
      storeTimeout,
      handleOf: hashedHandles.handleOf,
    }),
  }
  const revocations = new Revocations(ground, new UserLedger(ground))
  if (everyone === true) return revocations.ofEveryone()
  if (user !== undefined) return revocations.ofUser(user, undefined)
  let ended = 0
  for (const name of names) if (await revocations.end(await findSession(store, name), 'handle')) ended += 1
  return ended
}

/** Deletes what has expired and was not swept yet. */
export async function sweep(
  store: SessionStore,
  { json }: { readonly json?: boolean | undefined },
  out: Output,
): Promise<void> {
  let deleted = 0
  for (;;) {
    const count = await store.sweep(Date.now())
    if (count === 0) break
    deleted += count
  }
  if (json === true) out.json({ deleted })
  else out.print(deleted === 1 ? 'deleted 1 expired record' : `deleted ${deleted} expired records`)
}
