/**
 * A session at the moment it is looked at, as its keeper gets it. A store may answer when the request has long gone on to another session, so
 * what was stored is remembered here and not read back from the request.
 */
import { serializeData } from '../core/codec.js'
import type { SettledPaths } from '../core/conflicts.js'
import type { Bookmark, SessionToKeep } from '../core/keeper.js'
import type { SessionMarks } from '../core/marks.js'
import { attributesKey, type Cookie } from './cookie.js'
import { valuesOf } from './session-values.js'
import type { Session } from './session.js'

const emptyData = '{}'

/** What a request knows of its session besides the live object. */
interface KnownOfSession {
  readonly bookmark: Bookmark | undefined
  readonly createdAt: number | undefined
  readonly marks: SessionMarks
  readonly onlyPeeked: boolean
}

export class SessionSnapshot implements SessionToKeep {
  readonly id: string
  readonly live: Session
  readonly createdAt: number | undefined
  readonly marks: SessionMarks
  readonly keepsDeadline: boolean
  bookmark: Bookmark | undefined
  conflict: SettledPaths | undefined
  merged: string | undefined
  readonly maxDataBytes: number
  /** The cookie that the options give. A session whose cookie is like it keeps no copy of its own. */
  readonly #usualCookie: Cookie | undefined
  #text: string | undefined
  #attributes: string | undefined
  #usual: boolean | undefined

  constructor(
    live: Session,
    { bookmark, createdAt, marks, onlyPeeked }: KnownOfSession,
    maxDataBytes: number,
    usualCookie: Cookie | undefined,
  ) {
    this.live = live
    this.id = live.id
    this.bookmark = bookmark
    this.createdAt = createdAt
    this.marks = marks
    this.keepsDeadline = onlyPeeked
    this.maxDataBytes = maxDataBytes
    this.#usualCookie = usualCookie
  }

  dataText(): string {
    return (this.#text ??= textOf(this.live, this.maxDataBytes))
  }

  /** The live session was changed by its keeper. */
  lookAgain(): void {
    this.#text = undefined
  }

  /** The cookie's attributes as one text, to compare with. */
  attributes(): string {
    return (this.#attributes ??= attributesKey(this.live.cookie))
  }

  cookieText(): string | undefined {
    return this.#isUsual() ? undefined : JSON.stringify(this.live.cookie)
  }

  lifetime(): number | undefined {
    if (this.#isUsual()) return undefined
    // The whole of it: what is left of the cookie's own deadline depends on whether it was renewed yet.
    const { originalMaxAge } = this.live.cookie
    return typeof originalMaxAge === 'number' ? originalMaxAge : undefined
  }

  // Then a change of options is a change for every session.
  #isUsual(): boolean {
    return (this.#usual ??= this.#usualCookie !== undefined && this.attributes() === attributesKey(this.#usualCookie))
  }
}

function textOf(session: Session, maxBytes: number): string {
  let empty = true
  for (const key in session) {
    if (key !== 'cookie') {
      empty = false
      break
    }
  }
  if (empty) return emptyData
  return serializeData(valuesOf(session), maxBytes)
}
