/**
 * Changing the password, and proving before that it is still the same customer.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type Response } from 'express'
import { checkPassword } from '../accounts/account-forms.js'
import { proveAgain } from '../accounts/signing-in.js'
import { askForPassword, askToSignIn } from '../http/ask-first.js'
import { leaveFlash } from '../http/flash.js'
import { fieldOf, passwordOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'
import { pageFor, sendPage, textsFor } from '../http/page.js'
import { blank, titleWith, type Filled } from '../views/forms.js'
import { confirmPage, passwordPage, type ConfirmField, type PasswordField } from '../views/password.js'
import type { Shop } from './shop.js'

const path = '/account/password'

export function passwordRoutes({ sessions, accounts, now }: Shop): Router {
  const router = Router()
  router.use(
    '/account/confirm',
    sessions.requireUser((req, res) => askToSignIn(nextOf(req))(req, res)),
  )

  router.get('/account/confirm', (req, res) => sendConfirm(req, res, blank))

  router.post('/account/confirm', async (req, res) => {
    const account = await accounts.open(res.locals.account!.email, passwordOf(req))
    if (account === undefined) {
      res.status(422)
      sendConfirm(req, res, { values: {}, errors: { password: textsFor(req).errors.notYours } })
      return
    }
    await proveAgain(req, { sessions })
    res.redirect(303, nextOf(req))
  })

  router.use(path, sessions.requireUser(askToSignIn(path)), sessions.requireFresh('10m', askForPassword(path)))

  router.get(path, (req, res) => sendPassword(req, res, blank))

  router.post(path, async (req, res) => {
    const { id } = res.locals.account!
    const password = passwordOf(req, 'new-password')
    const error = checkPassword(password, textsFor(req).errors)
    if (error !== undefined) {
      res.status(422)
      sendPassword(req, res, { values: {}, errors: { 'new-password': error } })
      return
    }
    await accounts.changePassword(id, password)
    // A new ID here, too: somebody may have copied the ticket of this very session.
    await proveAgain(req, { sessions })
    // In this order: whoever is signing in with the old password at this moment is ended with the others.
    const ended = await sessions.revokeUser(id, { except: sessions.info(req)?.handle })
    leaveFlash(req, 'passwordChanged', String(ended))
    res.redirect(303, '/account/devices')
  })

  function sendPassword(req: Request, res: Response, form: Filled<PasswordField>): void {
    const page = pageFor(req, res)
    const provedAt = sessions.info(req)?.authenticatedAt ?? now()
    const title = titleWith(page.texts, page.texts.customer.password.title, form.errors)
    sendPage(res, page, { title, body: passwordPage(page, form, provedAt, now()) })
  }

  return router
}

function sendConfirm(req: Request, res: Response, form: Filled<ConfirmField>): void {
  const page = pageFor(req, res)
  const title = titleWith(page.texts, page.texts.customer.confirm.title, form.errors)
  sendPage(res, page, { title, body: confirmPage(page, form, nextOf(req)) })
}

/** Where the customer was on the way to. */
function nextOf(req: Request): string {
  return localPath(req.query.next ?? fieldOf(req, 'next'), path)
}
