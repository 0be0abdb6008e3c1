import express, { NextFunction, Request, RequestHandler, Response } from 'express'
import { promisify } from 'util'
import session, { MemoryStore, SessionData, SessionOptions, Store } from 'express-session'
import { addToCart, isSignedIn, nonceOf } from './requests.js'

const app = express()
const options: SessionOptions = {
  secret: ['new', 'old'],
  name: 'sid',
  resave: false,
  saveUninitialized: false,
  rolling: true,
  proxy: undefined,
  unset: 'destroy',
  genid: (req) => req.get('x-request-id') ?? req.ip ?? '',
  cookie: {
    maxAge: 3_600_000,
    httpOnly: true,
    secure: 'auto',
    sameSite: 'lax',
    path: '/',
    domain: undefined,
    expires: null,
  },
}
if (app.get('env') === 'production') {
  app.set('trust proxy', 1)
  ;(options.cookie as session.CookieOptions).secure = true
}
options.store = new MemoryStore()

export const sessionMiddleware = session(options)
const handler: RequestHandler = sessionMiddleware
app.use(handler)
app.use('/admin', session({ secret: Buffer.from('x'), cookie: (req) => ({ path: req.baseUrl, priority: 'high' }) }))
app.use(
  session({
    secret: 'x',
    genid(req: Request) {
      return req.hostname
    },
  }),
  (req, res, next) => next(),
)

app.get('/users/:id', session({ secret: 'x' }), (req, res) => {
  const id = String(req.params.id)
  req.session.userId = id
  req.session.views = (req.session.views ?? 0) + 1
  req.session.views++
  res.json({ id, sessionID: req.sessionID, same: req.sessionID === req.session.id })
})

app.post('/sign-in', (req, res, next) => {
  const { cart } = req.session
  req.session.regenerate((err) => {
    if (err) return next(err)
    req.session.cart = cart
    req.session.passport = { user: String(req.body.user) }
    req.session.cookie.maxAge = req.body.remember ? 30 * 24 * 3_600_000 : undefined
    req.session.save((error) => {
      if (error) next(error)
      else res.redirect('/')
    })
  })
})

app.post('/sign-out', (req: Request, res: Response, next: NextFunction) => {
  req.session.destroy((err: Error | null) => {
    if (err) return next(err)
    res.clearCookie('sid').redirect('/')
  })
})

app.get('/cookie', async (req, res) => {
  const { cookie } = req.session
  cookie.expires = new Date(Date.now() + 1000)
  cookie.expires = null
  cookie.secure = true
  cookie.sameSite = 'strict'
  cookie.originalMaxAge = 5
  const left: number | undefined = cookie.maxAge
  const whole: number | null = cookie.originalMaxAge
  req.session
    .touch()
    .resetMaxAge()
    .reload((err) => err?.message)
  await promisify(req.session.regenerate).bind(req.session)()
  await promisify(req.session.destroy.bind(req.session))()
  await promisify(req.session.save).call(req.session)
  await new Promise<void>((resolve, reject) => req.session.save((err) => (err ? reject(err) : resolve())))
  res.json({
    left,
    whole,
    added: await addToCart(req.session, 'sku'),
    nonce: nonceOf(req as never),
    in: isSignedIn(req.session),
  })
})

app.get('/sessions', (req, res, next) => {
  const store: Express.SessionStore = req.sessionStore
  store.generate(req)
  store.all?.((err, sessions) => (err ? next(err) : res.json(Object.keys(sessions ?? {}))))
  store.get(req.sessionID, (err, found) => found?.cookie.originalMaxAge ?? err.code)
  store.load('id', (err, found?: SessionData) => found)
  store.destroy('id')
  store.on('disconnect', () => {})
})

const every = (store: Store): Promise<void> =>
  new Promise((resolve, reject) => store.clear?.((err) => (err ? reject(err) : resolve())))
void every(new session.MemoryStore())

export type Middleware = ReturnType<typeof session>
export const wrap = (middleware: RequestHandler) => (socket: { request: unknown }, next: (err?: Error) => void) =>
  middleware(socket.request as Request, {} as Response, next as NextFunction)
void wrap(sessionMiddleware)
