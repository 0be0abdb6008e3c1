import session from 'express-session'

declare module 'express-session' {
  export interface SessionData {
    passport: { user: string }
    exported?: session.CookieOptions
  }
}
