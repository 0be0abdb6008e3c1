import session = require('express-session')

declare module 'express-session' {
  interface SessionData {
    state?: string
    original?: session.Cookie
  }
}

declare global {
  namespace Express {
    interface Request {
      session: session.Session & Partial<session.SessionData>
    }
  }
}
