/**
 * The shop as an Express app.
 */
import './http/session-data.js'
import express, { type Express } from 'express'
import { coatcheck, type Clock, type Sessions, type SessionStore } from 'coatcheck'
import { csrf } from 'coatcheck/csrf'
import { inspector } from 'coatcheck/inspector'
import { Accounts } from './accounts/accounts.js'
import { touchWindow } from './accounts/time-left.js'
import { knowCustomer } from './http/page.js'
import { securityHeaders } from './http/security-headers.js'
import { Traces } from './inspection/traces.js'
import { accountRoutes } from './routes/account.js'
import { cartRoutes } from './routes/cart.js'
import { catalogueRoutes } from './routes/catalogue.js'
import { checkoutRoutes } from './routes/checkout.js'
import { deviceRoutes } from './routes/devices.js'
import { passwordRoutes } from './routes/password.js'
import { preferenceRoutes } from './routes/preferences.js'
import { notFound, sendProblem } from './routes/problems.js'
import { sessionRoutes } from './routes/session.js'
import type { Shop } from './routes/shop.js'
import { answerTimeLeft, stayingRoutes } from './routes/staying.js'
import { Orders } from './shop/orders.js'

export interface ShopSettings {
  readonly secret: string
  readonly store: SessionStore
  /** Folders for customers and their orders, and of the style sheet and its pictures. */
  readonly accountsFolder: string
  readonly ordersFolder: string
  readonly staticFolder: string
  /** Customers who are not kept signed in are signed out after so long without a click. Milliseconds; default half an hour. */
  readonly customerIdle?: number | undefined
  /** For tests. */
  readonly clock?: Clock | undefined
}

/** The coat ticket: a name of its own, because other apps of this host may have a cookie called session. */
const cookieName = 'ticket'

const minute = 60_000
const month = 30 * 24 * 60 * minute

export function createShop(settings: ShopSettings): { readonly app: Express; readonly sessions: Sessions } {
  const sessions = coatcheck({
    secret: settings.secret,
    store: settings.store,
    name: cookieName,
    // A guest's cart is kept for a month: by the server, and by a cookie that outlasts the browser. Signing in makes it less, unless the
    // customer wants to be remembered: accounts/signing-in.ts.
    idleTimeout: month,
    absoluteTimeout: month,
    // A stolen ticket is worth little for long: a session in use gets a new one now and then, and loses nothing on the way.
    renewEvery: '15m',
    touchWindow,
    clock: settings.clock,
    // Secure wherever the shop is served over HTTPS. On a developer's own machine it mostly is not.
    cookie: { maxAge: month, secure: 'auto' },
  })
  const accounts = new Accounts(settings.accountsFolder)
  const orders = new Orders(settings.ordersFolder)
  const shop: Shop = {
    sessions,
    cookieName,
    accounts,
    orders,
    traces: new Traces(sessions),
    customerIdle: settings.customerIdle ?? 30 * minute,
    now: () => settings.clock?.now() ?? Date.now(),
  }

  const app = express()
  app.disable('x-powered-by')
  app.use(securityHeaders)
  // In front of the sessions: a style sheet is the same for everybody.
  app.use('/static', express.static(settings.staticFolder, { index: false, redirect: false }))
  app.get('/account/time-left', answerTimeLeft(sessions))
  app.use(sessions)
  // For whoever runs the shop on their own machine; in production it is closed.
  app.use('/_sessions', inspector(sessions))
  // Forms of other sites are refused, and before they are read. SameSite=Lax keeps the cookie from them already; this keeps them from
  // signing a visitor in to someone else's account, too.
  app.use(csrf())
  app.use(express.urlencoded({ extended: false, limit: '16kb', parameterLimit: 50 }))
  app.use(knowCustomer(shop))
  app.use(catalogueRoutes(shop))
  app.use(cartRoutes(shop))
  app.use(preferenceRoutes(shop))
  app.use(accountRoutes(shop))
  app.use(deviceRoutes(shop))
  app.use(passwordRoutes(shop))
  app.use(stayingRoutes())
  app.use(checkoutRoutes(shop))
  app.use(sessionRoutes(shop))
  app.use(notFound)
  app.use(sendProblem)
  return { app, sessions }
}
