/**
 * What coatcheck itself knows of a session, beside the app's data: who signed in, when and how, on which device, and the cookie's own
 * attributes. Kept in a record's `attributes`, so that no key of an app ever meets one of ours.
 */
import { hash } from 'node:crypto'
import { parseData } from './codec.js'
import { mergeData } from './merge.js'

/** The device that a session was used on last. */
export interface DeviceMark {
  /** The request's User-Agent, shortened. */
  readonly agent?: string | undefined
  readonly address?: string | undefined
}

export interface SessionMarks {
  readonly userId?: string | undefined
  /** When the user last proved who they are. Epoch milliseconds. */
  readonly authenticatedAt?: number | undefined
  /** The app's own data says whose session it is, and so it ends when that data does. */
  readonly bound?: true | undefined
  /** How: in the app's own words, such as `password` or `passkey`. */
  readonly method?: string | undefined
  readonly device?: DeviceMark | undefined
  /** The absolute timeout of this session alone, in milliseconds. */
  readonly absolute?: number | undefined
  /** When the session last got a new ID by the clock. Epoch milliseconds. */
  readonly renewedAt?: number | undefined
  /** What the session was before that: see `ancestorOf`. */
  readonly ancestor?: string | undefined
}

export const noMarks: SessionMarks = Object.freeze({})

/** What a record's attributes hold. `userId` is not among them: stores keep it in a place of its own. */
export interface Attributes {
  /** The cookie's own attributes, where they are not as the options say. */
  readonly cookie?: unknown
  readonly marks: SessionMarks
}

const none: Attributes = { marks: noMarks }

/** `undefined` for a text that holds no object: garbage in a store is no session. */
export function readAttributes(text: string | undefined, userId: string | undefined): Attributes | undefined {
  if (text === undefined) return userId === undefined ? none : { marks: { userId } }
  const values = parseData(text)
  if (values === undefined) return undefined
  const { cookie, at, bound, method, device, absolute, renewed, ancestor } = values
  const marks: SessionMarks = {
    userId,
    authenticatedAt: numberOf(at),
    bound: bound === true ? true : undefined,
    method: textOf(method),
    device: deviceOf(device),
    absolute: numberOf(absolute),
    renewedAt: numberOf(renewed),
    ancestor: textOf(ancestor),
  }
  return { cookie, marks }
}

/** The text that a record keeps; `undefined` where there is nothing to keep, as for most visitors. */
export function writeAttributes(cookieText: string | undefined, marks: SessionMarks): string | undefined {
  const { authenticatedAt: at, bound, method, device, absolute, renewedAt: renewed, ancestor } = marks
  const rest = marks === noMarks ? '{}' : JSON.stringify({ at, bound, method, device, absolute, renewed, ancestor })
  if (cookieText === undefined) return rest === '{}' ? undefined : rest
  return rest === '{}' ? `{"cookie":${cookieText}}` : `{"cookie":${cookieText},${rest.slice(1)}`
}

/**
 * A hash of the ID that the session had before it was first renewed by the clock. It outlives renewals, which visitors do not notice, and ends
 * with each other new ID.
 */
export function ancestorOf(id: string, { ancestor }: SessionMarks): string {
  return ancestor ?? hash('sha256', `coatcheck ancestor ${id}`, 'base64url')
}

/** Attributes that two requests changed at the same time: member by member, and what both changed goes to the later writer. */
export function mergeAttributes(
  base: string | undefined,
  mine: string | undefined,
  theirs: string | undefined,
): string | undefined {
  if (mine === base) return theirs
  if (theirs === base || theirs === mine) return mine
  const { value } = mergeData(parseData(base ?? '{}'), parseData(mine ?? '{}'), parseData(theirs ?? '{}'))
  const text = JSON.stringify(value)
  return text === '{}' ? undefined : text
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function deviceOf(value: unknown): DeviceMark | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { agent, address } = value as { agent?: unknown; address?: unknown }
  return { agent: textOf(agent), address: textOf(address) }
}
