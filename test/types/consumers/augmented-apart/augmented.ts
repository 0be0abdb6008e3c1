import session, { coatcheck, type Store } from 'coatcheck'
import { MemoryStore } from 'express-session'

declare module 'coatcheck' {
  interface SessionData {
    required: string
  }
}

declare const store: MemoryStore
session({ secret: 'x', store })
coatcheck({ secret: 'x', store })
// @ts-expect-error its sessions lack what this app requires of them
export const strict: Store = store
