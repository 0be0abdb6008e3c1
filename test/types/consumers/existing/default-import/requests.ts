import { Request, Response } from 'express'
import session, { Session, SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    userId: string
    views: number
    cart: { sku: string; quantity: number }[]
  }
}

export interface CustomRequest extends Request {
  session: Session & Partial<SessionData> & { nonce?: string }
}

export type Context = {
  req: Request & { session: session.Session & Partial<session.SessionData> & { role?: string } }
  res: Response
}

interface WithAccess extends Session {
  access: string
}

interface AuthenticatedRequest extends Request {
  session: WithAccess
}

export const nonceOf = (req: CustomRequest): string | undefined => req.session.nonce ?? req.session.userId
export const roleOf = ({ req }: Context): string | undefined => req.session.role ?? req.session.userId
export const accessOf = (req: AuthenticatedRequest): string => req.session.access

export function isSignedIn(current: session.Session & Partial<session.SessionData>): boolean {
  return current.userId !== undefined && current.cookie.maxAge !== 0
}

export async function addToCart(current: Session & Partial<SessionData>, sku: string): Promise<number> {
  current.cart = current.cart ?? []
  current.cart.push({ sku, quantity: 1 })
  return current.cart.length
}

export const fixture: Partial<SessionData> = {
  cookie: { originalMaxAge: 60_000 },
  userId: 'u1',
  views: 1,
  cart: [],
  passport: { user: 'u1' },
  fromDeclarationFile: { id: 1, name: 'n' },
}

export const asSession = { id: '1', cookie: { originalMaxAge: 1 }, save: () => {} } as unknown as Session
