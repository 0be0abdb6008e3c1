import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createServer2 } from 'node:http2'
import express from 'express'
import session, { coatcheck, SessionError, type SessionErrorCode } from 'express-session'
import {
  csrf,
  CsrfError,
  type CsrfDecision,
  type CsrfGuard,
  type CsrfOptions,
  type RefusedReason,
} from 'express-session/csrf'

const sessions = coatcheck({ secret: 'x' })
const options: CsrfOptions = { origins: ['https://app.example.com'], strict: true, proxy: true }
export const guard = csrf({ ...options, tokens: { sessions, field: 'csrf', header: 'X-XSRF-Token' } })
csrf({ tokens: { sessions: session({ secret: 'x' }) }, origins: ['https://a.example'] as const })

const app = express()
app.use(sessions, csrf())
app.use('/api', csrf({ strict: true }))
app.get('/form', (req, res) => {
  const token: string = guard.token(req)
  res.send(token)
})
// The parameters of a route are seen through the middleware in front of the handler.
app.post('/users/:user', guard, (req, res) => {
  const user: string = req.params.user
  res.json({ user })
})
export const handler: express.RequestHandler = guard

const refused: express.ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (!(error instanceof CsrfError)) {
    next(error)
    return
  }
  const reason: RefusedReason = error.reason
  const code: SessionErrorCode = error.code
  const status: 403 = error.status
  const isOurs: boolean = error instanceof SessionError
  // @ts-expect-error no such reason
  if (error.reason === 'monday') return
  res.status(status).json({ reason, code, isOurs, path: req.path })
}
app.use(refused)

createServer((req, res) => guard(req, res, () => res.end(guard.token(req))))
createServer2((req, res) => guard(req, res, (error) => res.end(String(error?.message))))
createServer((req, res) => guard(req, res, (error?: Error) => res.end(error?.message)))
createServer().on('upgrade', (req: IncomingMessage, socket) => {
  const decision: CsrfDecision = guard.check(req)
  if (!decision.allowed) socket.end(`HTTP/1.1 403 Forbidden\r\n\r\n${decision.reason}`)
})

export function tell({ check }: CsrfGuard, req: express.Request): RefusedReason | undefined {
  const decision = check(req)
  // @ts-expect-error the reason may be one for letting it through
  const reason: RefusedReason = decision.reason
  return decision.allowed ? undefined : reason
}

// @ts-expect-error one origin is a list of one
csrf({ origins: 'https://app.example.com' })
// @ts-expect-error no such option
csrf({ origin: [] })
// @ts-expect-error tokens belong to sessions
csrf({ tokens: true })
// @ts-expect-error tokens belong to sessions
csrf({ tokens: { field: '_csrf' } })
// @ts-expect-error the secret is that of the sessions
csrf({ tokens: { sessions, secret: 'x' } })
// @ts-expect-error not sessions
csrf({ tokens: { sessions: express() } })
