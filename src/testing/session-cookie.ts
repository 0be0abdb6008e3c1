/**
 * A session for a test of an app, without the app's sign-in form.
 */
import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/** As much of the mounted object as is needed here. */
export interface SignsIn {
  (req: never, res: never, next: (error?: unknown) => void): void
  signIn(req: never, userId: string | number, options?: object): Promise<void>
}

export interface TestSession {
  /** Signs this user in. Left out: a session of nobody. */
  readonly userId?: string | number | undefined
  /** For the sign-in: `{ method: 'password', remember: true }`. */
  readonly signIn?: object | undefined
  /** What `req.session` holds. */
  readonly data?: object | undefined
}

/**
 * Makes a session in the store of `sessions`, as the app would, and answers the `Cookie` header that leads to it:
 *
 *     await request(app).get('/account').set('Cookie', await sessionCookie(sessions, { userId: 'ann' }))
 */
export async function sessionCookie(
  sessions: SignsIn,
  { userId, signIn, data = {} }: TestSession = {},
): Promise<string> {
  const req = Object.assign(new IncomingMessage(new Socket()), { url: '/', method: 'GET' })
  // As over TLS, so that a Secure cookie is given, too.
  Object.defineProperty(req, 'connection', { value: { encrypted: true } })
  const res = new ServerResponse(req)
  await new Promise<void>((resolve, reject) => {
    sessions(req as never, res as never, (error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  })
  const visited = req as unknown as { session?: { save(): Promise<void> } }
  assert(
    visited.session !== undefined,
    'sessionCookie: these sessions do not serve the path /; give the cookie another path',
  )
  Object.assign(visited.session, data)
  if (userId !== undefined) await sessions.signIn(req as never, userId, signIn)
  await visited.session.save()
  res.writeHead(200)
  const [line] = [res.getHeader('Set-Cookie') ?? []].flat()
  return String(line).split(';', 1)[0]!
}
