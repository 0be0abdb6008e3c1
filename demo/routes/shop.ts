/**
 * What the routes work with.
 */
import type { Sessions } from 'coatcheck'
import type { Accounts } from '../accounts/accounts.js'
import type { Traces } from '../inspection/traces.js'
import type { Orders } from '../shop/orders.js'

export interface Shop {
  readonly sessions: Sessions
  readonly cookieName: string
  readonly accounts: Accounts
  readonly orders: Orders
  readonly traces: Traces
  /** Customers who are not kept signed in are signed out after so long without a click. Milliseconds. */
  readonly customerIdle: number
  /** Epoch milliseconds. */
  readonly now: () => number
}
