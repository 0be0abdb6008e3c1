/**
 * The pegs: all products, and each.
 */
import { Router } from 'express'
import { pageFor, sendPage } from '../http/page.js'
import { Problem } from '../http/problem.js'
import { findProduct, isCategory, productsOf } from '../shop/catalogue.js'
import { homePage } from '../views/home.js'
import { productPage } from '../views/product.js'
import type { Shop } from './shop.js'

export function catalogueRoutes({ sessions }: Shop): Router {
  const router = Router()

  router.get('/', (req, res) => {
    const page = pageFor(req, res)
    const category = isCategory(req.query.category) ? req.query.category : undefined
    const info = sessions.info(req)
    const handle = info === undefined || info.isNew ? undefined : info.handle
    const title = category === undefined ? page.texts.home.title : page.texts.home.categories[category]
    sendPage(res, page, { title, body: homePage(page, { products: productsOf(category), category, handle }) })
  })

  router.get('/products/:slug', (req, res) => {
    const product = findProduct(req.params.slug)
    if (product === undefined) throw new Problem(404)
    const page = pageFor(req, res)
    const inCart = req.session.cart?.[product.slug] ?? 0
    sendPage(res, page, { title: product.name, body: productPage(page, product, inCart) })
  })

  return router
}
