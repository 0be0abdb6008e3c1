/**
 * What happens when two requests changed one session at the same time.
 */
import { parseData, requireSize } from './codec.js'
import { SessionError } from './errors.js'
import { mergeData } from './merge.js'

/**
 * `merge`: both changes are kept, path by path. `overwrite`: the later writer's session stands, as with stores that know no versions.
 * `reject`: the later writer gets ERR_SESSION_CONFLICT, and what is stored stands.
 */
export type ConflictPolicy = 'merge' | 'overwrite' | 'reject'

/** How two changes were settled, as JSON Pointers; `/` is all of the data. */
export interface SettledPaths {
  /** What both sides had changed, and went to the later writer. */
  readonly paths: readonly string[]
  /** What the later writer alone had changed. */
  readonly mine: readonly string[]
  /** What others alone had changed, and the later writer left in place. */
  readonly theirs: readonly string[]
}

/** What is to be stored, and how it came about. */
export interface Settlement extends SettledPaths {
  readonly data: string
}

const none: readonly string[] = []
const all: readonly string[] = ['/']

/**
 * Settles by the JSON texts: as it was loaded, as it is here, as it is stored. Two changes that fit alone and not together are
 * ERR_SESSION_DATA_TOO_LARGE for the later writer, and what is stored stands.
 */
export function settle(
  policy: ConflictPolicy,
  base: string,
  mine: string,
  theirs: string,
  maxBytes = Infinity,
): Settlement {
  if (theirs === base || theirs === mine) return { data: mine, paths: none, mine: none, theirs: none }
  if (policy === 'reject') {
    throw new SessionError(
      'ERR_SESSION_CONFLICT',
      'another request changed this session meanwhile, and the option conflict is "reject"; ' +
        'nothing was stored: load the session again and repeat the change, or use sessions.update()',
    )
  }
  if (policy === 'overwrite') return { data: mine, paths: all, mine: none, theirs: none }
  if (mine === base) return { data: theirs, paths: none, mine: none, theirs: all }
  try {
    const { value, conflicts, ...sides } = mergeData(parseData(base), parseData(mine), parseData(theirs))
    const data = JSON.stringify(value)
    requireSize(data, maxBytes, "the session's data, with what another request stored meanwhile,")
    return { data, paths: conflicts, ...sides }
  } catch (error) {
    // Deeper than the merge can walk: then it is all one path.
    if (error instanceof RangeError) return { data: mine, paths: all, mine: none, theirs: none }
    throw error
  }
}
