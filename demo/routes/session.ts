/**
 * "What the server knows": the visitor's own session, shown to the visitor alone.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type Response } from 'express'
import { askToSignIn } from '../http/ask-first.js'
import { leaveFlash } from '../http/flash.js'
import { fieldOf } from '../http/form.js'
import { pageFor, sendPage, textsFor } from '../http/page.js'
import { sessionView, type SessionView } from '../inspection/session-view.js'
import { titleWith } from '../views/forms.js'
import { sessionPage } from '../views/session/page.js'
import type { Shop } from './shop.js'

const longestNote = 80
/** Long enough to read what happens, and short enough to wait for. */
const shortLife = 90_000

export function sessionRoutes(shop: Shop): Router {
  const { sessions } = shop
  const router = Router()

  router.get('/session', async (req, res) => send(req, res))

  // Asked for with a form and not with an address, so that no link shows the ID and it is in nobody's history.
  router.post('/session/id', async (req, res) => send(req, res, { revealed: true }))

  router.post('/session/note', async (req, res) => {
    const typed = fieldOf(req, 'note')
    if (typed.length > longestNote) {
      const error = textsFor(req).errors.note
      res.status(422)
      await send(req, res, { note: { typed, error } })
      return
    }
    if (typed === '') delete req.session.note
    else {
      req.session.note = typed
      leaveFlash(req, 'noted')
    }
    res.redirect(303, '/session')
  })

  router.post('/session/end', async (req, res) => {
    await sessions.signOut(req)
    res.redirect(303, '/session')
  })

  // The lifetime of one session alone: its cookie says it, and the server goes by the same.
  router.post('/session/shorten', sessions.requireUser(askToSignIn('/session')), (req, res) => {
    req.session.cookie.maxAge = shortLife
    leaveFlash(req, 'shortened')
    res.redirect(303, '/session')
  })

  async function send(
    req: Request,
    res: Response,
    extras: { readonly revealed?: boolean; readonly note?: SessionView['note'] } = {},
  ): Promise<void> {
    // Before the page takes the messages: they are a part of what there is to see.
    const view = await sessionView(req, shop, extras)
    const page = pageFor(req, res, '/session')
    const errors = view.note === undefined ? {} : { note: view.note.error }
    res.set('Cache-Control', 'no-store')
    sendPage(res, page, {
      title: titleWith(page.texts, page.texts.session.title, errors),
      body: sessionPage(page, view),
    })
  }

  return router
}
