import session, { Store } from 'express-session'
import { Request } from 'express'

// @ts-expect-error the options need a secret
session({})
// @ts-expect-error no such option
session({ secret: 'x', cookies: {} })
// @ts-expect-error not a word for it
session({ secret: 'x', unset: 'drop' })
// @ts-expect-error not a number
session({ secret: 'x', cookie: { maxAge: '1h' } })
// @ts-expect-error a class, and not one that was constructed
session({ secret: 'x', store: session.MemoryStore })
// @ts-expect-error abstract
new session.Store()

export function refused(req: Request): void {
  // @ts-expect-error nobody declared it
  req.session.undeclared
  // @ts-expect-error declared as a number
  req.session.views = 'many'
  // @ts-expect-error may be missing
  req.session.views.toFixed()
  // @ts-expect-error declared in a declaration file, as an object
  req.session.fromDeclarationFile = 1
  // @ts-expect-error declared as a number by a CommonJS declaration
  req.session.fromCommonJs = 'one'
  // @ts-expect-error declared as a number by an ECMAScript declaration
  req.session.fromEcmaScript = 'one'
  // @ts-expect-error declared on Session
  req.session.fromSession = 'yes'
  // @ts-expect-error no such value
  req.session.cookie.sameSite = 'sometimes'
  // @ts-expect-error a string
  req.sessionID = 1
  // @ts-expect-error not a callback
  req.session.save('now')
}

// @ts-expect-error a store has get, set and destroy
export class Incomplete extends Store {}
