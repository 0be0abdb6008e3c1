/**
 * The cart. It is changed with `sessions.update`, so that of two clicks in quick succession both count.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type Response } from 'express'
import { leaveFlash } from '../http/flash.js'
import { fieldOf, quantityOf } from '../http/form.js'
import { localPath } from '../http/local-path.js'
import { pageFor, sendPage } from '../http/page.js'
import { Problem } from '../http/problem.js'
import { linesOf, totalOf, withQuantity, type Cart } from '../shop/cart.js'
import { findProduct, type Product } from '../shop/catalogue.js'
import { cartPage } from '../views/cart.js'
import type { Shop } from './shop.js'

export function cartRoutes({ sessions, accounts }: Shop): Router {
  const router = Router()

  router.get('/cart', (req, res) => {
    const page = pageFor(req, res)
    const { cart = {} } = req.session
    sendPage(res, page, { title: page.texts.cart.title, body: cartPage(page, linesOf(cart), totalOf(cart)) })
  })

  router.post('/cart/items', async (req, res) => {
    const product = productOf(fieldOf(req, 'product'))
    const more = quantityOf(req) ?? 1
    await changeCart(req, res, (cart) => withQuantity(cart, product.slug, (cart[product.slug] ?? 0) + more))
    leaveFlash(req, 'added', product.name)
    res.redirect(303, localPath(fieldOf(req, 'back'), '/cart'))
  })

  router.post('/cart/items/:slug', async (req, res) => {
    const product = productOf(req.params.slug)
    const quantity = fieldOf(req, 'remove') === '' ? quantityOf(req) : 0
    if (quantity !== undefined) {
      await changeCart(req, res, (cart) => withQuantity(cart, product.slug, quantity))
      if (quantity === 0) leaveFlash(req, 'removed', product.name)
    }
    res.redirect(303, '/cart')
  })

  async function changeCart(req: Request, res: Response, change: (cart: Cart) => Cart): Promise<void> {
    await sessions.update(req, (data) => {
      data.cart = change(data.cart ?? {})
    })
    const { account } = res.locals
    const { cart } = req.session
    if (account !== undefined && cart !== undefined) await accounts.keep(account.id, { cart })
  }

  return router
}

function productOf(slug: string): Product {
  const product = findProduct(slug)
  if (product === undefined) throw new Problem(404)
  return product
}
