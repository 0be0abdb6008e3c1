import { createServer, type IncomingMessage } from 'node:http'
import session, { coatcheck, type Session, type SessionData, type Store } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    views: number
  }
}

type WithSession = IncomingMessage & { session: Session & Partial<SessionData> }

const middleware = session({ secret: 'x', genid: (req) => req.headers.host ?? req.url ?? '' })
const sessions = coatcheck({ secret: 'x', cookie: (req) => ({ path: req.url }) })

createServer((req, res) => {
  middleware(req, res, () => {
    const { session: current } = req as WithSession
    current.views = (current.views ?? 0) + 1
    res.end(String(current.views))
  })
})
createServer((req, res) => sessions(req, res, () => res.end()))

export const regenerate = async (store: Store, req: Parameters<Store['regenerate']>[0]): Promise<void> => {
  await store.regenerate(req)
  const url: string | undefined = req.url
  req.session.views = url?.length
  // @ts-expect-error Express's own
  req.hostname
  // @ts-expect-error declared as a number
  req.session.views = url
}
