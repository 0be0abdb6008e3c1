import * as ours from 'coatcheck'
import * as theirs from 'express-session'

// One app, two declarations: a store or a helper that was typed for one package is handed to the other.
export const toOurs = (
  options: theirs.SessionOptions,
  cookieOptions: theirs.CookieOptions,
  cookie: theirs.Cookie,
  data: theirs.SessionData,
  current: theirs.Session,
  store: theirs.Store,
  memory: theirs.MemoryStore,
): [
  ours.SessionOptions,
  ours.CookieOptions,
  ours.Cookie,
  ours.SessionData,
  ours.Session,
  ours.Store,
  ours.MemoryStore,
] => [options, cookieOptions, cookie, data, current, store, memory]

// `sameSite: 'auto'` is missing there.
export const toTheirs = (
  options: Omit<ours.SessionOptions, 'cookie'>,
  cookieOptions: Omit<ours.CookieOptions, 'sameSite'>,
  cookie: ours.Cookie,
  data: ours.SessionData,
  current: ours.Session,
  store: ours.Store,
  memory: ours.MemoryStore,
): [
  theirs.SessionOptions,
  theirs.CookieOptions,
  theirs.Cookie,
  theirs.SessionData,
  theirs.Session,
  theirs.Store,
  theirs.MemoryStore,
] => [options, cookieOptions, cookie, data, current, store, memory]

// What connect-… packages ask for.
declare function connectByModule(session: typeof theirs.default): typeof theirs.MemoryStore
declare function connectByClass(Base: typeof theirs.Store): new () => theirs.Store
ours.default({ secret: 'x', store: new (connectByModule(ours.default))() })
ours.default({ secret: 'x', store: new (connectByClass(ours.Store))() })
ours.coatcheck({ secret: 'x', store: new (connectByModule(ours.default))() })

type Missing = Exclude<keyof typeof theirs, keyof typeof ours>
export const none: Missing[] = []
// @ts-expect-error nothing is missing
export const some: Missing = 'Store'
