/**
 * The checkout, step by step. How far a customer has come lies in the session, so it survives whatever the server goes through.
 */
/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
import { Router, type Request, type RequestHandler, type Response } from 'express'
import { leaveFlash } from '../http/flash.js'
import { fieldOf } from '../http/form.js'
import { pageFor, sendPage, textsFor, type Page } from '../http/page.js'
import { linesOf, totalOf } from '../shop/cart.js'
import { checkAddress, checkCard, type AddressField, type CardField } from '../shop/checkout-forms.js'
import {
  isComplete,
  mayEnter,
  openStep,
  orderNumber,
  type Address,
  type Checkout,
  type Step,
} from '../shop/checkout.js'
import { isDelivery } from '../shop/delivery.js'
import { priceOf } from '../shop/orders.js'
import { addressStep, deliveryStep, paymentStep, reviewStep } from '../views/checkout/steps.js'
import { donePage } from '../views/checkout/done.js'
import { titleWith, type Errors, type Filled } from '../views/forms.js'
import type { Markup } from '../views/html.js'
import type { Shop } from './shop.js'

export function checkoutRoutes({ accounts, orders }: Shop): Router {
  const router = Router()

  router.get('/checkout', (req, res) => res.redirect(303, `/checkout/${openStep(req.session.checkout)}`))

  router.get('/checkout/address', enter('address'), (req, res) => {
    const { checkout } = req.session
    const page = pageFor(req, res)
    const values = checkout?.address ?? { name: page.account?.name ?? '' }
    sendStep(res, page, 'address', {}, addressStep(page, checkout, { values, errors: {} }))
  })

  router.post('/checkout/address', enter('address'), async (req, res) => {
    const { checkout } = req.session
    const typed: Address = {
      name: fieldOf(req, 'name'),
      street: fieldOf(req, 'street'),
      postcode: fieldOf(req, 'postcode'),
      city: fieldOf(req, 'city'),
      country: fieldOf(req, 'country'),
    }
    const { value: address, errors } = checkAddress(typed, textsFor(req))
    if (address === undefined) {
      const form: Filled<AddressField> = { values: typed, errors }
      const page = pageFor(req, res.status(422))
      sendStep(res, page, 'address', errors, addressStep(page, checkout, form))
      return
    }
    await goOn(req, res, { number: orderNumber(), ...checkout, address })
  })

  router.get('/checkout/delivery', enter('delivery'), (req, res) => {
    const page = pageFor(req, res)
    sendStep(res, page, 'delivery', {}, deliveryStep(page, started(req), goodsOf(req), undefined))
  })

  router.post('/checkout/delivery', enter('delivery'), async (req, res) => {
    const delivery = fieldOf(req, 'delivery')
    if (isDelivery(delivery)) {
      await goOn(req, res, { ...started(req), delivery })
      return
    }
    const page = pageFor(req, res.status(422))
    const error = page.texts.errors.delivery
    sendStep(res, page, 'delivery', { delivery: error }, deliveryStep(page, started(req), goodsOf(req), error))
  })

  router.get('/checkout/payment', enter('payment'), (req, res) => {
    const page = pageFor(req, res)
    sendStep(res, page, 'payment', {}, paymentStep(page, started(req), {}))
  })

  router.post('/checkout/payment', enter('payment'), async (req, res) => {
    const checkout = started(req)
    const typed: Record<CardField, string> = {
      number: fieldOf(req, 'number'),
      expiry: fieldOf(req, 'expiry'),
      code: fieldOf(req, 'code'),
    }
    const untouched = Object.values(typed).every((text) => text === '')
    if (untouched && checkout.card !== undefined) {
      await goOn(req, res, checkout)
      return
    }
    const { value: card, errors } = checkCard(typed, textsFor(req), new Date())
    if (card === undefined) {
      const page = pageFor(req, res.status(422))
      sendStep(res, page, 'payment', errors, paymentStep(page, checkout, errors))
      return
    }
    await goOn(req, res, { ...checkout, card })
  })

  router.get('/checkout/review', enter('review'), (req, res) => {
    const { checkout, cart = {} } = req.session
    if (!isComplete(checkout)) return
    const page = pageFor(req, res)
    const body = reviewStep(page, checkout, linesOf(cart), priceOf(cart, checkout.delivery))
    sendStep(res, page, 'review', {}, body)
  })

  router.post('/checkout/review', enter('review'), async (req, res) => {
    const { session } = req
    const { account } = res.locals
    const { checkout, cart = {} } = session
    if (!isComplete(checkout)) return
    // The cart may have changed in another window. Nobody pays a sum that was not shown.
    if (fieldOf(req, 'total') !== String(priceOf(cart, checkout.delivery).total)) {
      leaveFlash(req, 'totalChanged')
      res.redirect(303, '/checkout/review')
      return
    }
    await orders.place(account?.id, cart, checkout)
    if (account !== undefined) await accounts.keep(account.id, { cart: {}, checkout: undefined })
    delete session.cart
    delete session.checkout
    session.lastOrder = checkout.number
    res.redirect(303, '/checkout/done')
  })

  router.get('/checkout/done', async (req, res) => {
    const { lastOrder } = req.session
    const order = lastOrder === undefined ? undefined : await orders.find(res.locals.account?.id, lastOrder)
    if (order === undefined) {
      res.redirect(303, '/cart')
      return
    }
    const page = pageFor(req, res)
    sendPage(res, page, { title: page.texts.checkout.doneTitle, body: donePage(page, order) })
  })

  async function goOn(req: Request, res: Response, checkout: Checkout): Promise<void> {
    const { account } = res.locals
    req.session.checkout = checkout
    // A customer who has been signed out meanwhile goes on where they were, too.
    if (account !== undefined) await accounts.keep(account.id, { checkout })
    res.redirect(303, `/checkout/${openStep(checkout)}`)
  }

  return router
}

/** Lets a customer in who has something to order and has done the steps before; others go to where they are. */
function enter(step: Step): RequestHandler {
  return (req, res, next) => {
    const { checkout, cart = {} } = req.session
    if (linesOf(cart).length === 0) res.redirect(303, '/cart')
    else if (mayEnter(step, checkout)) next()
    else res.redirect(303, `/checkout/${openStep(checkout)}`)
  }
}

/** A checkout whose first step is done; `enter` has seen to it. */
function started(req: Request): Checkout {
  return req.session.checkout!
}

function goodsOf(req: Request): number {
  return totalOf(req.session.cart ?? {})
}

function sendStep(res: Response, page: Page, step: Step, errors: Errors, body: Markup): void {
  const { checkout } = page.texts
  const title = titleWith(page.texts, `${checkout.title}: ${checkout.steps[step]}`, errors)
  sendPage(res, page, { title, body })
}
