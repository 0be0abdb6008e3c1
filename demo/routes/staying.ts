/**
 * Staying signed in: how long it still lasts, and one more click.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type RequestHandler } from 'express'
import type { Sessions } from 'coatcheck'
import { timeLeft } from '../accounts/time-left.js'
import { askToSignIn } from '../http/ask-first.js'
import { fieldOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'

/** For static/countdown.js. It stands in front of the sessions: nobody has clicked, so it is none of the visitor's requests. */
export function answerTimeLeft(sessions: Sessions): RequestHandler {
  return async (req, res) => {
    res.set('Cache-Control', 'no-store').json(await timeLeft(req, sessions))
  }
}

export function stayingRoutes(): Router {
  const router = Router()

  // That it came is all it takes: like any other request it moves the deadline.
  router.post('/account/stay', (req, res) => {
    const { stay } = res.locals
    const back = localPath(fieldOf(req, 'back'), '/')
    if (req.accepts(['html', 'json']) === 'json') res.json(stay ?? { left: 0, final: false })
    else if (stay === undefined) askToSignIn(back)(req, res)
    else res.redirect(303, back)
  })

  return router
}
