/**
 * From the object an app mounts to what it stands on, for rooms that are entries of their own: the inspector, live connections, metrics.
 */
import { SessionError } from './errors.js'
import type { SessionGround } from './request-sessions.js'
import type { Summaries } from './summaries.js'

/** What such a room gets. */
export interface MountedGround {
  readonly ground: SessionGround
  readonly summaries: Summaries
}

// A symbol of the process: the room may come from another installed copy of the package.
const key = Symbol.for('coatcheck.ground')

/** Not enumerable: whoever logs the mounted object has no use for it. */
export function setGround(sessions: object, mounted: MountedGround | undefined): void {
  Object.defineProperty(sessions, key, { value: mounted, enumerable: false })
}

/** Throws ERR_SESSION_STORE_SHAPE for what is no mounted object, or for one whose store cannot list its sessions. */
export function groundOf(sessions: object, who: string): MountedGround {
  const mounted = (sessions as { readonly [key]?: MountedGround })[key]
  if (mounted !== undefined) return mounted
  throw new SessionError(
    'ERR_SESSION_STORE_SHAPE',
    key in sessions
      ? `${who} needs a store that can list its sessions: use one of coatcheck/stores, or coatcheck(options)`
      : `${who} needs the object that you mount: const sessions = coatcheck({ … }); app.use(sessions)`,
  )
}
