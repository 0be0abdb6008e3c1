/**
 * The shop's customers: who has an account, and what is kept for them between visits.
 */
import { createHash } from 'node:crypto'
import type { Cart } from '../shop/cart.js'
import type { Checkout } from '../shop/checkout.js'
import { Drawer } from '../shop/drawer.js'
import type { Language } from '../texts/languages.js'
import { hashPassword, passwordFits } from './passwords.js'

const themes = ['auto', 'light', 'dark'] as const

export type Theme = (typeof themes)[number]

export function isTheme(value: unknown): value is Theme {
  return (themes as readonly unknown[]).includes(value)
}

/** What a customer chose, for whichever device comes next. */
export interface Preferences {
  readonly language?: Language | undefined
  readonly theme?: Theme | undefined
}

export interface Account extends Preferences {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly cart: Cart
  /** A checkout that was begun and not ended. */
  readonly checkout?: Checkout | undefined
}

interface KeptAccount extends Account {
  readonly password: string
}

export interface NewAccount {
  readonly name: string
  readonly email: string
  readonly password: string
}

export class Accounts {
  readonly #drawer: Drawer<KeptAccount>

  constructor(folder: string) {
    this.#drawer = new Drawer(folder)
  }

  /** A new account, or nothing where the address has one. */
  async add({ name, email, password }: NewAccount): Promise<Account | undefined> {
    const id = idOf(email)
    const account: KeptAccount = { id, name, email, cart: {}, password: await hashPassword(password) }
    return (await this.#drawer.add(id, account)) ? withoutPassword(account) : undefined
  }

  /** The account that address and password open. Which of the two was wrong is not told. */
  async open(email: string, password: string): Promise<Account | undefined> {
    const account = await this.#drawer.read(idOf(email))
    const fits = await passwordFits(password, account?.password)
    return fits && account !== undefined ? withoutPassword(account) : undefined
  }

  async find(id: string): Promise<Account | undefined> {
    const account = await this.#drawer.read(id)
    return account === undefined ? undefined : withoutPassword(account)
  }

  /** Keeps what a customer chose, put into the cart, or said at the checkout. */
  async keep(id: string, news: Partial<Omit<Account, 'id' | 'name' | 'email'>>): Promise<void> {
    await this.#drawer.change(id, (account) => ({ ...account, ...news }))
  }

  async changePassword(id: string, password: string): Promise<void> {
    const hash = await hashPassword(password)
    await this.#drawer.change(id, (account) => ({ ...account, password: hash }))
  }
}

// Not even its hash leaves this file: an account is handed to pages.
function withoutPassword(kept: KeptAccount): Account {
  const { password: _, ...account } = kept
  return account
}

// A hash, because an address has characters that a file name has not. One address, one account, however it is written.
function idOf(email: string): string {
  return createHash('sha256').update(email.normalize('NFC').toLowerCase()).digest('base64url').slice(0, 22)
}
