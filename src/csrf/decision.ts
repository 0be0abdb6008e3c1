/**
 * Is a request to be let through? Pure functions of what it says of itself; `test/csrf/decision.test.ts` walks the tables.
 */

/** Why a request was let through. */
export type AllowedReason =
  /** Its method changes nothing (RFC 9110, 9.2.1). */
  | 'safe-method'
  /** A page of this very origin sent it. */
  | 'same-origin'
  /** The visitor's own doing and no page's: a reload, an address that was typed. */
  | 'visitor'
  /** A page of an origin in `origins` sent it. */
  | 'listed-origin'
  /** No header says where it comes from, which is so for programs and for no browser of this decade. */
  | 'no-browser'
  /** It brought a token of its session, and nothing else spoke against it. */
  | 'token'

/** Why a request was refused. */
export type RefusedReason =
  /** A page of another site sent it. */
  | 'cross-site'
  /** A page of another origin of this site sent it, such as another subdomain. */
  | 'same-site'
  /** `Origin` names another host or port. */
  | 'other-origin'
  /** `Origin` names this host and port under another scheme. */
  | 'other-scheme'
  /** `Origin` is `null`: a sandboxed frame, a file, or a page that hides where it is. */
  | 'opaque-origin'
  /** No header says in a known word where it comes from. */
  | 'unknown-source'
  /** There is no session that a token could belong to. */
  | 'no-session'
  /** It brought no token. */
  | 'no-token'
  /** It brought a token that is not of its session. */
  | 'wrong-token'

export type CsrfDecision =
  | { readonly allowed: true; readonly reason: AllowedReason }
  | { readonly allowed: false; readonly reason: RefusedReason }

/** What a request asks for: to look at something, to change something, or to open a connection such as a WebSocket. */
export type RequestKind = 'safe' | 'change' | 'handshake'

/** Where a request says that it comes from. */
export interface SourceSigns {
  /** `Sec-Fetch-Site`. */
  readonly site: string | undefined
  /** `Origin`. */
  readonly origin: string | undefined
  /** The origin that the request was sent to; `undefined` when it does not say. */
  readonly ownOrigin: string | undefined
}

export interface SourcePolicy {
  readonly origins: ReadonlySet<string>
  readonly strict: boolean
}

// RFC 9110, 9.2.1. Methods of later documents may be safe too, but frameworks do not agree on them.
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * `original` is the method from before an override, and `protocol` what `Upgrade`, or `:protocol` in HTTP/2, asks for. A request that
 * one of its two methods says is a change is one.
 */
export function kindOfRequest(
  method: string | undefined,
  original: string | undefined,
  protocol: string | undefined,
): RequestKind {
  const methods = original === undefined ? [method] : [method, original]
  // RFC 8441: a WebSocket over HTTP/2.
  if (methods.every((each) => each === 'CONNECT') && protocol !== undefined) return 'handshake'
  if (!methods.every((each) => each !== undefined && safeMethods.has(each))) return 'change'
  // WebSockets alone: programs offer h2c with their every GET, and a browser never does.
  return protocol !== undefined && namesWebSocket(protocol) ? 'handshake' : 'safe'
}

function namesWebSocket(upgrade: string): boolean {
  return upgrade.split(',').some((name) => /^\s*websocket\s*(?:\/|$)/i.test(name))
}

/** The browser's own word first, because no page can touch it, and `Origin` where it says nothing. */
export function decideBySource({ site, origin, ownOrigin }: SourceSigns, policy: SourcePolicy): CsrfDecision {
  if (site === 'same-origin') return allowed('same-origin')
  if (site === 'none') return allowed('visitor')
  if (origin !== undefined && policy.origins.has(origin)) return allowed('listed-origin')
  if (site === 'cross-site' || site === 'same-site') return refused(site)
  // A word of tomorrow is passed over, as the standard asks, but who says it is a browser, and has to have an Origin.
  if (origin === undefined)
    return site === undefined && !policy.strict ? allowed('no-browser') : refused('unknown-source')
  if (origin === ownOrigin) return allowed('same-origin')
  if (origin === 'null') return refused('opaque-origin')
  return refused(
    ownOrigin !== undefined && afterScheme(origin) === afterScheme(ownOrigin) ? 'other-scheme' : 'other-origin',
  )
}

function afterScheme(origin: string): string {
  return origin.replace(/^[a-z][a-z0-9+.-]*:/, '')
}

/** What is known of a request's token. */
export interface TokenState {
  readonly session: boolean
  readonly token: 'none' | 'wrong' | 'right'
}

export function decideByToken({ session, token }: TokenState): CsrfDecision {
  if (!session) return refused('no-session')
  if (token === 'none') return refused('no-token')
  return token === 'right' ? allowed('token') : refused('wrong-token')
}

export function allowed(reason: AllowedReason): CsrfDecision {
  return { allowed: true, reason }
}

function refused(reason: RefusedReason): CsrfDecision {
  return { allowed: false, reason }
}
