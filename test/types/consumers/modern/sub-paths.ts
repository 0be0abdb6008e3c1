import Cookie from 'express-session/session/cookie'
import MemoryStore from 'express-session/session/memory'
import MemoryStoreByFile from 'express-session/session/memory.js'
import Session from 'express-session/session/session'
import Store from 'express-session/session/store'
import session from 'express-session'

export class Mine extends Store {
  get(_sid: string, callback: (err: any, data?: session.SessionData | null) => void): void {
    callback(null)
  }
  set(): void {}
  destroy(): void {}
}
const same: session.MemoryStore = new MemoryStore()
const stores: Store[] = [new Mine(), new MemoryStoreByFile(), same]
for (const store of stores) session({ secret: 'x', store })
export const cookie: session.Cookie = new Cookie({ path: '/' })
export const isSession = (value: unknown): value is Session => value instanceof Session
// @ts-expect-error abstract
new Store()
