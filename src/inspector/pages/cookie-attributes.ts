/**
 * The attributes of a session's cookie in words. Its value is the ticket itself, and is nowhere here.
 */
import type { CookieSettings } from '../../core/request-sessions.js'
import { clock, span } from './formats.js'

export interface CookieView {
  readonly attributes: readonly (readonly [name: string, value: string])[]
  readonly note: string
}

/** `own`: attributes that the session keeps for itself, where they differ from the options. */
export function cookieAttributes(settings: CookieSettings, own: unknown, endsAt: number | undefined): CookieView {
  const hasOwn = typeof own === 'object' && own !== null
  const values = (hasOwn ? own : settings.usual) as Readonly<Record<string, unknown>> | undefined
  if (values === undefined) {
    return { attributes: [], note: 'Its other attributes are chosen by a function of the app for each request.' }
  }
  const { path = '/', domain, httpOnly = true, secure, sameSite, partitioned, priority } = values
  const attributes: [string, string][] = [
    ['Path', textOf(path)],
    ['Domain', domain ? textOf(domain) : 'this host alone'],
    ['HttpOnly', httpOnly ? 'yes: scripts of the page cannot read it' : 'no: scripts of the page can read it'],
    ['Secure', secure === 'auto' ? 'when it was begun over HTTPS' : secure ? 'yes: over HTTPS alone' : 'no'],
    ['SameSite', sameSiteWords(sameSite)],
    ['Lifetime', lifetimeWords(values['originalMaxAge'] ?? values['maxAge'], values['expires'])],
  ]
  if (partitioned) attributes.push(['Partitioned', 'yes'])
  if (priority) attributes.push(['Priority', textOf(priority)])
  const until =
    endsAt === undefined ? '' : ` The server forgets the session at ${clock(endsAt)}, whatever the browser keeps.`
  return {
    attributes,
    note: `${hasOwn ? 'Kept with the session.' : 'As the options say.'}${until}`,
  }
}

function sameSiteWords(value: unknown): string {
  if (value === true || value === 'strict') return 'Strict: sent to pages of this site by this site alone'
  if (value === 'lax') return 'Lax: sent when a link leads here'
  if (value === 'none') return 'None: sent wherever pages of others ask'
  if (value === 'auto') return 'None over HTTPS, and Lax otherwise'
  return 'not set: browsers take it for Lax'
}

function lifetimeWords(maxAge: unknown, expires: unknown): string {
  if (typeof maxAge === 'number') return `${span(maxAge)} after each request that renews it`
  const time = expires instanceof Date ? expires.getTime() : typeof expires === 'string' ? Date.parse(expires) : NaN
  return Number.isNaN(time) ? 'until the browser is closed' : `until ${clock(time)}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
