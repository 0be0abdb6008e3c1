import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import express, { NextFunction, Request, Response } from 'express'
import session, { Session } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    user: { name: string }
  }
}

interface SessionIncomingMessage extends IncomingMessage {
  session: Session & { user: { name: string } }
}

const app = express()
const middleware = session({ secret: 'x' })
app.use(middleware)
const server = createServer(app)

server.on('upgrade', (req, socket) => {
  const res = new ServerResponse(req)
  middleware(
    req as Request,
    res as Response,
    (() => {
      const name: string | undefined = req.session.user?.name
      if (name === undefined) socket.destroy()
      req.session.save()
    }) as NextFunction,
  )
})

type Io = { use(handler: (req: IncomingMessage, res: ServerResponse, next: (err?: any) => void) => void): void }
export const engine = (io: Io): void =>
  io.use((req, _res, next) => middleware(req as Request, {} as Response, next as NextFunction))
export const nameOf = (req: SessionIncomingMessage): string => req.session.user.name
