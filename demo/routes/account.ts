/**
 * Accounts: sign up, sign in, sign out, and the page that only customers see.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import type { Account } from '../accounts/accounts.js'
import { checkNewAccount } from '../accounts/account-forms.js'
import { signIn, signOut } from '../accounts/signing-in.js'
import { leaveFlash } from '../http/flash.js'
import { fieldOf, passwordOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'
import { pageFor, sendPage, textsFor } from '../http/page.js'
import { signInPage, signUpPage, type SignInField, type SignUpField } from '../views/account.js'
import { blank, hasErrors, titleWith, type Filled } from '../views/forms.js'
import { ordersPage } from '../views/orders.js'
import type { Shop } from './shop.js'

export function accountRoutes({ sessions, accounts, orders, traces }: Shop): Router {
  const router = Router()

  router.get('/account/sign-in', unlessSignedIn, (req, res) => sendSignIn(req, res, blank))

  router.post('/account/sign-in', async (req, res) => {
    const email = fieldOf(req, 'email')
    const account = await accounts.open(email, passwordOf(req))
    if (account === undefined) {
      const { wrong } = textsFor(req).errors
      res.status(422)
      sendSignIn(req, res, { values: { email }, errors: { email: wrong } })
      return
    }
    await welcome(req, res, account, 'signedIn')
  })

  router.get('/account/sign-up', unlessSignedIn, (req, res) => sendSignUp(req, res, blank))

  router.post('/account/sign-up', async (req, res) => {
    const typed = { name: fieldOf(req, 'name'), email: fieldOf(req, 'email'), password: passwordOf(req) }
    const texts = textsFor(req)
    const errors = checkNewAccount(typed, texts)
    const account = hasErrors(errors) ? undefined : await accounts.add(typed)
    if (account === undefined) {
      const { name, email } = typed
      res.status(422)
      sendSignUp(req, res, {
        values: { name, email },
        errors: hasErrors(errors) ? errors : { email: texts.errors.emailTaken },
      })
      return
    }
    await welcome(req, res, account, 'signedUp')
  })

  router.post('/account/sign-out', async (req, res) => {
    const { handle } = sessions.info(req) ?? {}
    // Whoever comes next at this browser need not see where the customer went.
    if (handle !== undefined) traces.forget(handle)
    await signOut(req)
    leaveFlash(req, 'signedOut')
    res.redirect(303, '/')
  })

  router.get('/account/orders', requireCustomer, async (req, res) => {
    const page = pageFor(req, res)
    const list = await orders.list(page.account!.id)
    sendPage(res, page, { title: page.texts.account.orders, body: ordersPage(page, list) })
  })

  async function welcome(
    req: Request,
    res: Response,
    account: Account,
    message: 'signedIn' | 'signedUp',
  ): Promise<void> {
    const merged = await signIn(req, account, accounts)
    leaveFlash(req, message, account.name)
    if (merged) leaveFlash(req, 'merged')
    res.redirect(303, localPath(fieldOf(req, 'next'), '/'))
  }

  return router
}

/** Pages of a customer's own. Others are asked to sign in, and come back to the page. */
const requireCustomer: RequestHandler = (req, res, next) => {
  if (res.locals.account !== undefined) next()
  else res.redirect(303, `/account/sign-in?next=${encodeURIComponent(req.originalUrl)}`)
}

const unlessSignedIn: RequestHandler = (_req, res, next) => {
  if (res.locals.account === undefined) next()
  else res.redirect(303, '/account/orders')
}

function sendSignIn(req: Request, res: Response, form: Filled<SignInField>): void {
  const page = pageFor(req, res)
  const title = titleWith(page.texts, page.texts.account.signIn, form.errors)
  sendPage(res, page, { title, body: signInPage(page, form, nextOf(req)) })
}

function sendSignUp(req: Request, res: Response, form: Filled<SignUpField>): void {
  const page = pageFor(req, res)
  const title = titleWith(page.texts, page.texts.account.signUp, form.errors)
  sendPage(res, page, { title, body: signUpPage(page, form, nextOf(req)) })
}

/** Where the customer was on the way to: in the address on the way in, in the form on the way back. */
function nextOf(req: Request): string | undefined {
  const next = localPath(req.query.next ?? fieldOf(req, 'next'), '')
  return next === '' ? undefined : next
}
