import { createServer } from 'node:http'
import type { Session, SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: { name: string }
  }
}

declare module 'node:http' {
  interface IncomingMessage {
    session: Session & Partial<SessionData>
    room?: string
  }
}

createServer().on('upgrade', (req, socket) => {
  req.room = req.session.user?.name
  if (req.room === undefined) socket.destroy()
  req.session.reload((err) => err)
  // @ts-expect-error nobody declared it
  req.session.undeclared
})
