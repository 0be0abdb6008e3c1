/**
 * Tokens and the requests they come and go with: whose session it is, and where a token stands in a request.
 */
import { SessionError, SessionOptionError } from '../core/errors.js'
import { lentBy, type Loan } from '../core/lent.js'
import { decideByToken, type CsrfDecision } from './decision.js'
import type { TokenSettings } from './options.js'
import { textOf, type CsrfRequest } from './request-signs.js'
import { TokenMaker } from './tokens.js'

interface SessionedRequest extends CsrfRequest {
  readonly session?: { save(done: () => void): unknown }
  readonly body?: unknown
}

export class SessionTokens {
  readonly #settings: TokenSettings
  readonly #loan: Loan
  readonly #maker: TokenMaker
  readonly #kept = new WeakSet<object>()

  constructor(settings: TokenSettings) {
    const loan = lentBy(settings.sessions)
    if (loan === undefined) {
      throw new SessionOptionError(
        'tokens.sessions must be the object that coatcheck() or session() answered, of the same installed copy of coatcheck',
      )
    }
    const keys = loan.keys('csrf token')
    if (keys.length === 0) {
      throw new SessionOptionError(
        'CSRF tokens need a key, which is derived from the secret of the sessions: pass session({ secret })',
        'ERR_SESSION_SECRET_MISSING',
      )
    }
    this.#settings = settings
    this.#loan = loan
    this.#maker = new TokenMaker(keys)
  }

  token(req: CsrfRequest): string {
    const info = this.#settings.sessions.info(req as never)
    const owner = this.#loan.ancestorOf(req)
    if (info === undefined || owner === undefined) {
      throw new SessionError(
        'ERR_SESSION_NO_SESSION',
        'a CSRF token belongs to a session, and this request has none: mount the sessions in front of what makes the form',
      )
    }
    if (info.isNew) this.#keep((req as SessionedRequest).session!)
    return this.#maker.make(owner)
  }

  decide(req: CsrfRequest): CsrfDecision {
    const owner = this.#loan.ancestorOf(req)
    const token = this.#tokenIn(req)
    return decideByToken({
      session: owner !== undefined,
      token: token === undefined ? 'none' : owner !== undefined && this.#maker.isOf(owner, token) ? 'right' : 'wrong',
    })
  }

  /**
   * A new session is forgotten unless something is put into it, and with it its ID, which the token is made of. The response waits for
   * this, and a store that fails is tried again at its end and told of there.
   */
  #keep(session: { save(done: () => void): unknown }): void {
    if (this.#kept.has(session)) return
    this.#kept.add(session)
    session.save(() => {})
  }

  /** The header, or else the field of a parsed body. Never the URL, which ends up in logs, histories and Referer. */
  #tokenIn(req: CsrfRequest): string | undefined {
    const header = textOf(req.headers, this.#settings.header)
    if (header !== undefined) return header
    const { body } = req as SessionedRequest
    if (typeof body !== 'object' || body === null || !Object.hasOwn(body, this.#settings.field)) return undefined
    const value = (body as Record<string, unknown>)[this.#settings.field]
    return typeof value === 'string' ? value : undefined
  }
}
