/**
 * The options of `csrf()`, checked once, when it is made.
 */
import { SessionOptionError } from '../core/errors.js'

/** As much of the object that `coatcheck()` or `session()` answers as tokens need. */
export interface MountedSessions {
  info(req: never): { readonly isNew: boolean } | undefined
}

export interface CsrfTokenOptions {
  /** What `coatcheck()` or `session()` answered: tokens are bound to its sessions, and their key is derived from its secret. */
  sessions: MountedSessions
  /** The form field that carries the token, in a body that was parsed in front of the guard. Default: `'_csrf'`. */
  field?: string | undefined
  /** The request header that carries the token. Default: `'X-CSRF-Token'`. */
  header?: string | undefined
}

export interface CsrfOptions {
  /**
   * Other origins whose pages may send what changes something, exactly as browsers write them: `'https://app.example.com'`. What such a
   * page may do, whoever gets a script into it may do, too. Default: none. The app's own origin needs no entry.
   */
  origins?: readonly string[] | undefined
  /**
   * Refuses a request that says nothing of where it comes from. Default: `false`, and such a request is let through, because it is a
   * program's and no browser's; browsers from before 2020 are the exception, and what strips headers on the way.
   */
  strict?: boolean | undefined
  /**
   * Whether `X-Forwarded-Proto` is believed when the request's own origin is made out. Default: Express's `trust proxy` setting. `true`
   * only behind a proxy that sets the header itself.
   */
  proxy?: boolean | undefined
  /**
   * Asks for a token of the session as well, with every request that changes something. Default: none, because browsers say
   * where a request comes from. For those who have to satisfy NIST SP 800-63B-4, 5.1.
   */
  tokens?: CsrfTokenOptions | undefined
}

export interface TokenSettings {
  readonly sessions: MountedSessions
  readonly field: string
  /** In lower case, as Node has the names of headers. */
  readonly header: string
}

export interface CsrfSettings {
  readonly origins: ReadonlySet<string>
  readonly strict: boolean
  readonly proxy: boolean | undefined
  readonly tokens: TokenSettings | undefined
}

const knownOptions = ['origins', 'strict', 'proxy', 'tokens'] satisfies (keyof CsrfOptions)[]
const knownTokenOptions = ['sessions', 'field', 'header'] satisfies (keyof CsrfTokenOptions)[]

export function checkedOptions(options: CsrfOptions): CsrfSettings {
  checkNames('', options, knownOptions)
  return {
    origins: checkedOrigins(options.origins ?? []),
    strict: optionalBoolean('strict', options.strict) ?? false,
    proxy: optionalBoolean('proxy', options.proxy),
    tokens: options.tokens === undefined ? undefined : checkedTokens(options.tokens),
  }
}

function checkedTokens(tokens: CsrfTokenOptions): TokenSettings {
  checkNames('tokens', tokens, knownTokenOptions)
  const { sessions, field = '_csrf', header = 'X-CSRF-Token' } = tokens
  if (typeof (sessions as unknown) !== 'function') {
    throw new SessionOptionError(
      'tokens needs the sessions they are bound to: csrf({ tokens: { sessions } }) with what coatcheck() or session() answered',
    )
  }
  if (typeof field !== 'string' || field === '') {
    throw new SessionOptionError("tokens.field must be the name of a form field, such as '_csrf'")
  }
  if (typeof header !== 'string' || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(header)) {
    throw new SessionOptionError("tokens.header must be the name of a request header, such as 'X-CSRF-Token'")
  }
  return { sessions, field, header: header.toLowerCase() }
}

function checkedOrigins(origins: unknown): ReadonlySet<string> {
  if (!Array.isArray(origins)) {
    throw new SessionOptionError("origins must be an array of origins, such as ['https://app.example.com']")
  }
  for (const [index, origin] of origins.entries()) {
    const fault = faultOf(origin)
    if (fault !== undefined) throw new SessionOptionError(`origins[${index}] ${fault}`)
  }
  return new Set(origins as readonly string[])
}

const example =
  "write it as browsers do: scheme, host, and the port where it is not the usual one, as in 'https://app.example.com'"

/** What is wrong with an origin, if anything is: it is compared letter by letter, so what no browser writes would never match. */
function faultOf(origin: unknown): string | undefined {
  if (typeof origin !== 'string') return `must be text; ${example}`
  if (origin === 'null')
    return 'is null, which every sandboxed frame sends as its origin, an attacker’s too; leave it out'
  if (origin.includes('*')) return `is a pattern, and only whole origins are compared; name each origin`
  // Apps on phones and browser extensions have schemes of their own, of which URL knows no origin.
  if (/^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+(?::\d+)?$/.test(origin)) return undefined
  const serialised = URL.canParse(origin) ? new URL(origin).origin : 'null'
  if (serialised === origin) return undefined
  return serialised === 'null'
    ? `is no origin; ${example}`
    : `is not in the form that browsers send; write '${serialised}'`
}

function optionalBoolean(option: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw new SessionOptionError(`${option} must be true or false`)
}

function checkNames(option: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null) {
    throw new SessionOptionError(
      option === ''
        ? 'the options of csrf must be an object, or be left out'
        : `${option} must be an object: csrf({ tokens: { sessions } }) with what coatcheck() or session() answered`,
    )
  }
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const name = option === '' ? unknown : `${option}.${unknown}`
  throw new SessionOptionError(`csrf has no option ${name}; the options are ${known.join(', ')}`)
}
