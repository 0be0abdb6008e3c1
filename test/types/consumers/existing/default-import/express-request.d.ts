import session from 'express-session'

declare global {
  namespace Express {
    interface Request {
      session: session.Session & Partial<session.SessionData>
    }
    interface User {
      id: string
    }
  }
}
