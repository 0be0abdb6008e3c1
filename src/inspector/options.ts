/**
 * The options of `inspector()`, checked once, when it is made.
 */
import { SessionOptionError } from '../core/errors.js'
import { redaction, type Redact, type RedactOption } from './looking/redaction.js'

export type { RedactOption }

export interface InspectorOptions<Req extends object> {
  /**
   * May this request look, and end sessions? Asked for every request, and again each minute for a page that stays open. Default: none, and then
   * the inspector answers in development alone, and only to requests from this machine. Whoever it lets in sees your visitors' data.
   */
  readonly authorize?: ((req: Req) => boolean | Promise<boolean>) | undefined
  /** Where it answers when it is not mounted at a path, as on a bare `node:http` server. Default: `'/_sessions'`. */
  readonly path?: string | undefined
  /**
   * What of sessions' data is not to be shown, besides what goes by names such as password, token or card: names of members, paths with dots such as
   * `'profile.taxId'`, expressions for names, or a function of path and value.
   */
  readonly redact?: RedactOption
  /** Whether the ten steps of the latest requests are kept. Default: in development, and not in production, where each request pays for them. */
  readonly trace?: boolean | undefined
}

export interface InspectorSettings {
  readonly authorize: ((req: object) => unknown) | undefined
  readonly path: string
  readonly redact: Redact
  readonly trace: boolean
  readonly production: boolean
}

const known = ['authorize', 'path', 'redact', 'trace'] satisfies (keyof InspectorOptions<object>)[]

export function readInspectorOptions(options: unknown): InspectorSettings {
  if (typeof options !== 'object' || options === null) {
    throw new SessionOptionError('inspector: the options must be an object, or be left out')
  }
  const unknown = Object.keys(options).find((name) => !(known as readonly string[]).includes(name))
  if (unknown !== undefined) {
    throw new SessionOptionError(`inspector has no option ${unknown}; the options are ${known.join(', ')}`)
  }
  const production = process.env.NODE_ENV === 'production'
  const { authorize, path = '/_sessions', redact, trace = !production } = options as InspectorOptions<object>
  if (authorize !== undefined && typeof (authorize as unknown) !== 'function') {
    throw new SessionOptionError(
      'inspector: authorize must be a function that answers whether a request may look: authorize: (req) => isAdmin(req)',
    )
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new SessionOptionError("inspector: path must begin with a slash, as in '/_sessions'")
  }
  if (typeof trace !== 'boolean') throw new SessionOptionError('inspector: trace must be true or false')
  return { authorize, path, redact: redaction(redact), trace, production }
}
