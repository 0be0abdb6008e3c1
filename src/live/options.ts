/**
 * What `liveSessions` can be told, and the check of it.
 */
import { timerMilliseconds, type Duration } from '../core/duration.js'
import { SessionOptionError } from '../core/errors.js'

export interface LiveOptions {
  /**
   * How often sessions with a live connection are looked up. Default: two seconds; half a minute over a store that tells of ends by itself (Redis,
   * PostgreSQL), where it is a safety net. It is the longest that a connection outlives a session which another process has ended.
   */
  readonly checkEvery?: Duration | undefined
  /** Whether a live connection keeps its session from ending for want of requests. Default `true`. The absolute timeout holds either way. */
  readonly keepAlive?: boolean | undefined
}

export interface LiveSettings {
  readonly checkEvery: number | undefined
  readonly keepAlive: boolean
}

export function readLiveOptions({ checkEvery, keepAlive = true, ...others }: LiveOptions): LiveSettings {
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw new SessionOptionError(`liveSessions: there is no option ${unknown}.`)
  if (typeof keepAlive !== 'boolean') throw new SessionOptionError('liveSessions: keepAlive must be true or false.')
  return { checkEvery: checkEvery === undefined ? undefined : timerMilliseconds('checkEvery', checkEvery), keepAlive }
}
