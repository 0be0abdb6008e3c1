/**
 * What snippets of the documentation may use without showing it. Keep it small: a reader must guess all of it right.
 */
import type { Express } from 'express'
import type { Sessions } from 'coatcheck'

declare module 'coatcheck' {
  interface SessionData {
    views: number
    userId: string
  }
}

declare global {
  /** The app, and its secret. */
  const app: Express
  const secret: string
  /** What is mounted. */
  const sessions: Sessions
  /** The app's own look at a name and a password. */
  function checkPassword(body: unknown): Promise<{ readonly id: string }>
}
