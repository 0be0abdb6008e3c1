/**
 * What every page is made with: who asks, in which language and colours, and what waits to be told.
 */
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import type { Sessions } from 'coatcheck'
import type { Account, Accounts, Theme } from '../accounts/accounts.js'
import { signOut } from '../accounts/signing-in.js'
import { stayFrom, type Stay } from '../accounts/time-left.js'
import { countOf } from '../shop/cart.js'
import { formatMoney, type Cents } from '../shop/money.js'
import { isLanguage, languages, textsIn, type Language, type Texts } from '../texts/languages.js'
import type { Content } from '../views/html.js'
import { layout } from '../views/layout.js'
import { takeFlashes, type Flash } from './flash.js'

export interface Page {
  readonly texts: Texts
  readonly language: Language
  readonly theme: Theme
  /** The customer, where one is signed in. */
  readonly account: Account | undefined
  /** How long the customer stays signed in. */
  readonly stay: Stay | undefined
  readonly inCart: number
  /** Where forms of the header come back to. */
  readonly path: string
  readonly flashes: readonly Flash[]
  readonly money: (cents: Cents) => string
}

declare global {
  // oxlint-disable-next-line typescript/no-namespace -- Express has no other place for the types of res.locals
  namespace Express {
    interface Locals {
      account?: Account | undefined
      stay?: Stay | undefined
    }
  }
}

interface Desk {
  readonly sessions: Sessions
  readonly accounts: Accounts
  readonly now: () => number
}

/** Middleware: finds the account of a customer who is signed in. The one place that asks whose session it is. */
export function knowCustomer({ sessions, accounts, now }: Desk): RequestHandler {
  return async (req: Request, res: Response, next: NextFunction) => {
    const info = sessions.info(req)
    if (info?.userId !== undefined) {
      const account = await accounts.find(info.userId)
      // The account was deleted, so nobody is signed in to it.
      if (account === undefined) await signOut(req, { sessions })
      else Object.assign(res.locals, { account, stay: stayFrom(req, info, now()) })
    }
    next()
  }
}

/** What a page shows, put together for the visitor who asks. Messages that wait are taken, so it is called for a page that is sent. */
export function pageFor(req: Request, res: Response, path: string = req.originalUrl): Page {
  // There is no session where its store has failed, and the page that says so needs none.
  const session = (req as Partial<Request>).session
  const language = languageOf(req)
  return {
    texts: textsIn(language),
    language,
    theme: session?.theme ?? 'auto',
    account: res.locals.account,
    stay: res.locals.stay,
    inCart: countOf(session?.cart ?? {}),
    path,
    flashes: session === undefined ? [] : takeFlashes(req),
    money: (cents) => formatMoney(cents, language),
  }
}

/** Sends a page. */
export function sendPage(res: Response, page: Page, content: { readonly title: string; readonly body: Content }): void {
  res.vary('Accept-Language')
  res.type('html').send(layout(page, content).toString())
}

/** The texts alone, where it is not certain yet that a page is sent. */
export function textsFor(req: Request): Texts {
  return textsIn(languageOf(req))
}

/** What the visitor chose, or else what the browser asks for. */
function languageOf(req: Request): Language {
  const chosen = (req as Partial<Request>).session?.language
  if (chosen !== undefined) return chosen
  const accepted = req.acceptsLanguages([...languages])
  return isLanguage(accepted) ? accepted : 'en'
}
