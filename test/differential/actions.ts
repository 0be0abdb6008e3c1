/**
 * What handlers do with a session. Each of these ends the response with a short body; `responses.ts` has the other ways to answer.
 */
import type { Action, LiveSession, Visit } from './cell.js'

type Step = (visit: Visit) => void | Promise<void>

/** Some steps, then `res.end('done')`. */
function handler(...steps: Step[]): Action {
  return async (visit) => {
    for (const step of steps) await step(visit)
    visit.res.end('done')
  }
}

/** The same without a turn between the steps, as most handlers are written. */
function direct(...steps: ((visit: Visit) => void)[]): Action {
  return (visit) => {
    for (const step of steps) step(visit)
    visit.res.end('done')
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const read: (visit: Visit) => void = ({ req, note }) => {
  note(`ID ${req.sessionID}`)
  const { session } = req
  if (!session) return note(`session is ${String(session)}`)
  note(`session.id ${session.id}`)
  note(`keys ${Object.keys(session).join()}`)
  note(`enumerated ${enumerated(session).join()}`)
  note(`text ${JSON.stringify(session)}`)
  note(`maxAge ${session.cookie.maxAge} of ${session.cookie.originalMaxAge}`)
}

function enumerated(session: LiveSession): string[] {
  const keys: string[] = []
  for (const key in session) keys.push(key)
  return keys
}

export const modify: (visit: Visit) => void = ({ session }) => {
  session.views = Number(session.views ?? 0) + 1
}
const revert: (visit: Visit) => void = ({ session }) => {
  const views = Number(session.views) - 1
  if (views === 0) delete session.views
  else session.views = views
}
const assign =
  (values: Readonly<Record<string, unknown>>): ((visit: Visit) => void) =>
  ({ session }) =>
    void Object.assign(session, values)
const cookie =
  (values: Readonly<Record<string, unknown>>): ((visit: Visit) => void) =>
  ({ session }) =>
    void Object.assign(session.cookie, values)
const nested: (visit: Visit) => void = ({ session }) => {
  const user = (session.user ??= { name: 'eve', tags: [] }) as { name: string; tags: string[] }
  user.tags.push('c')
}
const remove: (visit: Visit) => void = ({ session }) => {
  delete session.user
}
const reorder: (visit: Visit) => void = ({ session }) => {
  const { views } = session
  delete session.views
  session.views = views
}
const touch: (visit: Visit) => void = ({ session, note }) =>
  note(`touch gave the session ${session.touch() === session}`)
const setNull: (visit: Visit) => void = ({ req }) => void (req.session = null)
const setUndefined: (visit: Visit) => void = ({ req }) => void (req.session = undefined)
const drop: (visit: Visit) => void = ({ req }) => void Reflect.deleteProperty(req, 'session')
const saveSilently: (visit: Visit) => void = ({ session }) => void session.save()
const destroySilently: (visit: Visit) => void = ({ session }) => void session.destroy()

export const save: Step = ({ session, done }) => done('save', (callback) => session.save(callback))
const reload: Step = ({ session, done }) => done('reload', (callback) => session.reload(callback))
export const regenerate: Step = ({ session, done }) => done('regenerate', (callback) => session.regenerate(callback))
export const destroy: Step = ({ session, done }) => done('destroy', (callback) => session.destroy(callback))

/** What passport does with `keepSessionInfo`: everything enumerable moves to the new session, the cookie by reference too. */
const regenerateAndKeep: Step = async (visit) => {
  const previous = visit.session
  await regenerate(visit)
  for (const key in previous) visit.session[key] = previous[key]
}

const storeRegenerate: Step = ({ req, done }) =>
  done('regenerate', (callback) => req.sessionStore.regenerate(req, callback))
const storeGenerate: (visit: Visit) => void = ({ req }) => req.sessionStore.generate(req)
const storeLoad: Step = ({ req, note, done }) =>
  done('load', (callback) =>
    req.sessionStore.load('known', (error, session) => {
      note(`loaded ${session?.id} ${JSON.stringify(session)}`)
      callback(error)
    }),
  )
/** What another request of the same visitor would do meanwhile. */
const changeElsewhere: Step = ({ req, session, done }) => {
  const stored = { cookie: JSON.parse(JSON.stringify(session.cookie)) as unknown, elsewhere: 1 }
  return done('the other request', (callback) => req.sessionStore.set(session.id, stored, callback))
}
const storeDestroy: Step = ({ req, done }) =>
  done('store destroy', (callback) => req.sessionStore.destroy(req.sessionID, callback))

export const actions = {
  nothing: direct(),
  'read only': direct(read),
  'respond later': handler(turn),
  modify: direct(modify),
  'modify later': handler(turn, modify),
  'two sets': direct(modify, assign({ lang: 'de' })),
  'modify nested': direct(nested),
  'delete a key': direct(remove),
  'delete a key and set it again': direct(reorder),
  'set then revert': direct(modify, revert),
  'set a key to undefined': direct(assign({ lang: undefined })),
  'set a nested cookie key': direct(assign({ basket: { cookie: 'oat' } })),
  touch: direct(touch),
  'touch and modify': direct(touch, modify),
  save: handler(save),
  'save without callback': direct(saveSilently),
  'save, respond in its callback': ({ session, res }) => void session.save(() => res.end('done')),
  'modify, save': handler(modify, save),
  'modify, save without callback': direct(modify, saveSilently),
  'save, modify': handler(save, modify),
  'save twice': handler(save, save),
  'modify, save, modify, save': handler(modify, save, modify, save),
  'modify, save, revert': handler(modify, save, revert),
  'maxAge number': direct(cookie({ maxAge: 120_000 })),
  'maxAge number, modify': direct(cookie({ maxAge: 120_000 }), modify),
  'maxAge null': direct(cookie({ maxAge: null })),
  'maxAge null, modify': direct(cookie({ maxAge: null }), modify),
  'maxAge number, save': handler(cookie({ maxAge: 120_000 }), save),
  'expires null': direct(cookie({ expires: null })),
  'expires null, modify': direct(cookie({ expires: null }), modify),
  'expires false': direct(cookie({ expires: false })),
  'expires false, modify': direct(cookie({ expires: false }), modify),
  'expires date': ({ session, res }) => {
    session.cookie.expires = new Date(Date.now() + 90_000)
    res.end('done')
  },
  'expires past, modify': ({ session, res }) => {
    session.cookie.expires = new Date(Date.now() - 90_000)
    session.views = 9
    res.end('done')
  },
  originalMaxAge: direct(cookie({ originalMaxAge: 5000 })),
  'cookie path and httpOnly': direct(cookie({ path: '/other', httpOnly: false })),
  'cookie path and httpOnly, modify': direct(cookie({ path: '/other', httpOnly: false }), modify),
  'cookie sameSite, priority, partitioned, domain, modify': direct(
    cookie({ sameSite: 'lax', priority: 'high', partitioned: true, domain: 'shop.example' }),
    modify,
  ),
  'cookie with an unknown key': direct(cookie({ flavour: 'oat' })),
  resetMaxAge: ({ session, res }) => {
    session.cookie.maxAge = 5000
    session.resetMaxAge()
    res.end('done')
  },
  reload: handler(reload, read),
  'modify, reload': handler(modify, reload),
  'reload, modify': handler(reload, modify),
  'reload, save': handler(reload, save),
  'reload, modify, save': handler(reload, modify, save),
  'modify, save, reload': handler(modify, save, reload),
  'save, reload, modify': handler(save, reload, modify),
  'changed elsewhere, reload': handler(changeElsewhere, reload, read),
  'modify, changed elsewhere, reload': handler(modify, changeElsewhere, reload),
  regenerate: handler(regenerate),
  'regenerate, read': handler(regenerate, read),
  'regenerate, modify': handler(regenerate, modify),
  'regenerate, save': handler(regenerate, save),
  'regenerate, modify, save': handler(regenerate, modify, save),
  'regenerate, save, modify': handler(regenerate, save, modify),
  'modify, regenerate': handler(modify, regenerate),
  'modify, save, regenerate': handler(modify, save, regenerate),
  'regenerate, respond in its callback': ({ session, req, res }) =>
    void session.regenerate(() => {
      req.session!.user = 'eve'
      res.end('done')
    }),
  'regenerate twice': handler(regenerate, regenerate),
  'regenerate and keep the data': handler(regenerateAndKeep),
  'regenerate, reload': handler(regenerate, reload),
  'regenerate, save, reload': handler(regenerate, save, reload),
  'regenerate, destroy': handler(regenerate, destroy),
  'regenerate, touch': handler(regenerate, touch),
  'regenerate, set null': handler(regenerate, setNull),
  'regenerate by the store': handler(storeRegenerate, modify),
  destroy: handler(destroy),
  'destroy without callback': direct(destroySilently),
  'destroy, respond later': handler(destroySilently, turn, turn, turn),
  'modify, destroy': handler(modify, destroy),
  'save, destroy': handler(save, destroy),
  'destroy, generate by the store, modify': handler(destroy, storeGenerate, modify),
  'set null': direct(setNull),
  'modify, set null': direct(modify, setNull),
  'save, maxAge number': handler(save, cookie({ maxAge: 120_000 })),
  'save, touch': handler(save, touch),
  'destroy, save the destroyed': handler(async (visit) => {
    const { session } = visit
    await destroy(visit)
    await visit.done('save', (callback) => session.save(callback))
  }),
  'regenerate, save the old': handler(async (visit) => {
    const { session } = visit
    await regenerate(visit)
    await visit.done('save', (callback) => session.save(callback))
  }),
  'save, set null': handler(save, setNull),
  'set undefined': direct(setUndefined),
  'delete req.session': direct(drop),
  'set null, generate by the store': direct(setNull, storeGenerate),
  'set null, generate by the store, modify': direct(setNull, storeGenerate, modify),
  'load another by the store': handler(storeLoad),
  'destroy in the store': handler(storeDestroy),
  'modify, destroy in the store': handler(modify, storeDestroy),
  'throw after modify': ({ session }) => {
    session.views = 9
    throw new Error('the handler failed')
  },
} satisfies Record<string, Action>
