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

/** What is to be stored, and the paths (JSON Pointers) that both sides had changed. */
export interface Settlement {
  readonly data: string
  readonly paths: readonly string[]
}

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
  if (theirs === base || theirs === mine) return { data: mine, paths: [] }
  if (policy === 'reject') {
    throw new SessionError(
      'ERR_SESSION_CONFLICT',
      'another request changed this session meanwhile, and the option conflict is "reject"; ' +
        'nothing was stored: load the session again and repeat the change, or use sessions.update()',
    )
  }
  if (policy === 'overwrite') return { data: mine, paths: ['/'] }
  if (mine === base) return { data: theirs, paths: [] }
  try {
    const { value, conflicts } = mergeData(parseData(base), parseData(mine), parseData(theirs))
    const data = JSON.stringify(value)
    requireSize(data, maxBytes, "the session's data, with what another request stored meanwhile,")
    return { data, paths: conflicts }
  } catch (error) {
    // Deeper than the merge can walk: then it is all one path.
    if (error instanceof RangeError) return { data: mine, paths: ['/'] }
    throw error
  }
}
