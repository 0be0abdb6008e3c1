/**
 * Accounts: sign up, sign in, sign out, and the page that only customers see.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { SessionError } from 'coatcheck'
import type { Account } from '../accounts/accounts.js'
import { checkNewAccount } from '../accounts/account-forms.js'
import { signIn, signOut } from '../accounts/signing-in.js'
import { askToSignIn } from '../http/ask-first.js'
import { leaveFlash } from '../http/flash.js'
import { fieldOf, passwordOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'
import { pageFor, sendPage, textsFor } from '../http/page.js'
import { signInPage, signUpPage, type SignInField, type SignUpField } from '../views/account.js'
import { blank, hasErrors, titleWith, type Filled } from '../views/forms.js'
import { ordersPage } from '../views/orders.js'
import type { Shop } from './shop.js'

export function accountRoutes(shop: Shop): Router {
  const { sessions, accounts, orders, customerIdle, now } = shop
  const router = Router()

  router.get('/account/sign-in', unlessSignedIn, (req, res) => sendSignIn(req, res, blank))

  router.post('/account/sign-in', async (req, res) => {
    const since = now()
    const email = fieldOf(req, 'email')
    const account = await accounts.open(email, passwordOf(req))
    if (account === undefined) {
      refuse(req, res, email, textsFor(req).errors.wrong)
      return
    }
    await welcome(req, res, account, 'signedIn', since)
  })

  router.get('/account/sign-up', unlessSignedIn, (req, res) => sendSignUp(req, res, blank))

  router.post('/account/sign-up', async (req, res) => {
    const since = now()
    const typed = { name: fieldOf(req, 'name'), email: fieldOf(req, 'email'), password: passwordOf(req) }
    const texts = textsFor(req)
    const errors = checkNewAccount(typed, texts)
    const account = hasErrors(errors) ? undefined : await accounts.add(typed)
    if (account === undefined) {
      const { name, email } = typed
      res.status(422)
      sendSignUp(req, res, {
        values: { name, email, remember: fieldOf(req, 'remember') },
        errors: hasErrors(errors) ? errors : { email: texts.errors.emailTaken },
      })
      return
    }
    await welcome(req, res, account, 'signedUp', since)
  })

  router.post('/account/sign-out', async (req, res) => {
    await signOut(req, shop)
    leaveFlash(req, 'signedOut')
    res.redirect(303, '/')
  })

  router.get('/account', (_req, res) => res.redirect(303, '/account/orders'))

  router.get('/account/orders', sessions.requireUser(askToSignIn('/account/orders')), async (req, res) => {
    const page = pageFor(req, res)
    const list = await orders.list(page.account!.id)
    sendPage(res, page, { title: page.texts.account.orders, body: ordersPage(page, list) })
  })

  async function welcome(
    req: Request,
    res: Response,
    account: Account,
    message: 'signedIn' | 'signedUp',
    since: number,
  ): Promise<void> {
    const remember = fieldOf(req, 'remember') === 'yes'
    let merged: boolean
    try {
      merged = await signIn(req, account, shop, { remember, since })
    } catch (error) {
      // The password was changed, say, while the old one was being checked.
      if (!(error instanceof SessionError) || error.code !== 'ERR_SESSION_REVOKED') throw error
      refuse(req, res, account.email, textsFor(req).errors.endedMeanwhile)
      return
    }
    leaveFlash(req, message, account.name)
    if (merged) leaveFlash(req, 'merged')
    res.redirect(303, localPath(fieldOf(req, 'next'), '/'))
  }

  function refuse(req: Request, res: Response, email: string, error: string): void {
    res.status(422)
    sendSignIn(req, res, { values: { email, remember: fieldOf(req, 'remember') }, errors: { email: error } })
  }

  function sendSignIn(req: Request, res: Response, form: Filled<SignInField>): void {
    const page = pageFor(req, res)
    const title = titleWith(page.texts, page.texts.account.signIn, form.errors)
    sendPage(res, page, { title, body: signInPage(page, { ...form, next: nextOf(req), idle: customerIdle }) })
  }

  function sendSignUp(req: Request, res: Response, form: Filled<SignUpField>): void {
    const page = pageFor(req, res)
    const title = titleWith(page.texts, page.texts.account.signUp, form.errors)
    sendPage(res, page, { title, body: signUpPage(page, { ...form, next: nextOf(req), idle: customerIdle }) })
  }

  return router
}

/** Who has signed in meanwhile, in another window perhaps, goes on. */
const unlessSignedIn: RequestHandler = (req, res, next) => {
  if (res.locals.account === undefined) next()
  else res.redirect(303, nextOf(req) ?? '/account/orders')
}

/** Where the customer was on the way to: in the address on the way in, in the form on the way back. */
function nextOf(req: Request): string | undefined {
  const next = localPath(req.query.next ?? fieldOf(req, 'next'), '')
  return next === '' ? undefined : next
}
