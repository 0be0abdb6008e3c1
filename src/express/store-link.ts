/**
 * Whether a callback store is connected: `disconnect` takes the session layer out of the way, `connect` brings it back.
 */
import type { Store } from './store.js'

interface Link {
  connected: boolean
}

// One pair of listeners a store, however many session layers share it.
const links = new WeakMap<Store, Link>()

export function linkTo(store: Store): Readonly<Link> {
  const known = links.get(store)
  if (known !== undefined) return known
  const link: Link = { connected: true }
  store.on('connect', () => {
    link.connected = true
  })
  store.on('disconnect', () => {
    link.connected = false
  })
  links.set(store, link)
  return link
}
