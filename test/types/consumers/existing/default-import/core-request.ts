import { Request, Response } from 'express'
import { Session, SessionData } from 'express-session'

declare module 'express-serve-static-core' {
  interface Request {
    session: Session & Partial<SessionData>
    tenant?: string
  }
}

export function tenant(req: Request, res: Response): void {
  res.json({ tenant: req.tenant, views: req.session.fromDeclarationFile?.name })
}
