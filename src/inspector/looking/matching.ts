/**
 * Does a session fit what is searched for? And the order of those on a page.
 */
import type { DeviceInfo, SessionSummary } from '../../core/summaries.js'

export const searchFields = ['any', 'user', 'handle', 'address', 'device'] as const
export type SearchField = (typeof searchFields)[number]

export function isOneOf<Word extends string>(words: readonly Word[], word: string | null): word is Word {
  return (words as readonly (string | null)[]).includes(word)
}

/** Without regard to case, anywhere in the text. */
export function isSearched(text: string, field: SearchField): (session: SessionSummary) => boolean {
  if (text === '') return () => true
  const wanted = text.toLowerCase()
  const has = (value: string | undefined): boolean => value?.toLowerCase().includes(wanted) === true
  const tests: Readonly<Record<Exclude<SearchField, 'any'>, (session: SessionSummary) => boolean>> = {
    user: ({ userId }) => has(userId),
    // Handles are told from each other by how they begin.
    handle: ({ handle }) => handle.toLowerCase().startsWith(wanted),
    address: ({ device }) => has(device?.address),
    device: ({ device }) => device !== undefined && (has(deviceName(device)) || has(device.userAgent)),
  }
  return field === 'any' ? (session) => Object.values(tests).some((test) => test(session)) : tests[field]
}

/** `Firefox 128 on Windows`; what the browser calls itself where that is all that is known; `undefined` without either. */
export function deviceName({ browser, system, userAgent }: DeviceInfo): string | undefined {
  if (browser === undefined) return system ?? userAgent
  return system === undefined ? browser : `${browser} on ${system}`
}

export const sortings = ['user', 'device', 'address', 'created', 'seen', 'expires', 'size'] as const
export type Sorting = (typeof sortings)[number]

export interface Order {
  readonly by: Sorting
  readonly descending: boolean
}

const values: Readonly<Record<Sorting, (session: SessionSummary) => string | number | undefined>> = {
  user: ({ userId }) => userId,
  device: ({ device }) => device && deviceName(device),
  address: ({ device }) => device?.address,
  created: ({ createdAt }) => createdAt,
  seen: ({ lastSeenAt }) => lastSeenAt,
  expires: ({ expiresAt }) => expiresAt,
  size: ({ size }) => size,
}

const natural = new Intl.Collator('en', { numeric: true })

/** Those that have no such value come last, whichever way it goes. */
export function sorted(sessions: readonly SessionSummary[], { by, descending }: Order): readonly SessionSummary[] {
  const valueOf = values[by]
  return [...sessions].sort((one, other) => {
    const [a, b] = [valueOf(one), valueOf(other)]
    if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1
    const order = typeof a === 'number' && typeof b === 'number' ? a - b : natural.compare(String(a), String(b))
    return descending ? -order : order
  })
}
