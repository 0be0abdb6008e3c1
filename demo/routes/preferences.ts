/**
 * Language and colours: for this visitor, and for the customer's next device.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router } from 'express'
import { isTheme } from '../accounts/accounts.js'
import { fieldOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'
import { isLanguage } from '../texts/languages.js'
import type { Shop } from './shop.js'

export function preferenceRoutes({ accounts }: Shop): Router {
  const router = Router()

  router.post('/preferences', async (req, res) => {
    const { session } = req
    const language = fieldOf(req, 'language')
    const theme = fieldOf(req, 'theme')
    if (isLanguage(language)) session.language = language
    if (isTheme(theme)) session.theme = theme
    const { account } = res.locals
    if (account !== undefined) {
      await accounts.keep(account.id, { language: session.language, theme: session.theme })
    }
    res.redirect(303, localPath(fieldOf(req, 'back'), '/'))
  })

  return router
}
