/**
 * "Your devices": where a customer is signed in, and how to end it.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router } from 'express'
import { devicesOf, endDevice } from '../accounts/devices.js'
import { askToSignIn } from '../http/ask-first.js'
import { leaveFlash } from '../http/flash.js'
import { fieldOf } from '../http/form.js'
import { pageFor, sendPage, textsFor } from '../http/page.js'
import { deviceName, devicesPage } from '../views/devices.js'
import type { Shop } from './shop.js'

const path = '/account/devices'

export function deviceRoutes({ sessions, now }: Shop): Router {
  const router = Router()
  router.use(path, sessions.requireUser(askToSignIn(path)))

  router.get(path, async (req, res) => {
    const page = pageFor(req, res)
    const devices = await devicesOf(req, page.account!.id, sessions)
    sendPage(res, page, {
      title: page.texts.customer.devices.title,
      body: devicesPage(page, { ...devices, now: now() }),
    })
  })

  router.post(`${path}/sign-out`, async (req, res) => {
    const named = { handle: fieldOf(req, 'handle'), since: Number(fieldOf(req, 'since')) }
    const ended = await endDevice(req, res.locals.account!.id, named, sessions)
    if (ended === undefined) leaveFlash(req, 'deviceGone')
    else leaveFlash(req, 'deviceOut', deviceName(textsFor(req), ended))
    res.redirect(303, path)
  })

  router.post(`${path}/sign-out-others`, async (req, res) => {
    const count = await sessions.revokeUser(res.locals.account!.id, { except: sessions.info(req)?.handle })
    if (count === 0) leaveFlash(req, 'deviceGone')
    else leaveFlash(req, 'othersOut', String(count))
    res.redirect(303, path)
  })

  return router
}
