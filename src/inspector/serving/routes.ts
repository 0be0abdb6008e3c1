/**
 * The inspector's own addresses.
 */

export type Route =
  | { readonly page: 'overview' | 'live' | 'sessions' | 'requests' }
  | { readonly page: 'session'; readonly handle: string }
  | { readonly page: 'request'; readonly id: number }
  | { readonly page: 'asset'; readonly name: string }
  | { readonly page: 'confirm' | 'end' }

const pages: Readonly<Record<string, Route>> = {
  '/': { page: 'overview' },
  '/live': { page: 'live' },
  '/sessions': { page: 'sessions' },
  '/requests': { page: 'requests' },
}

const actions: Readonly<Record<string, Route>> = {
  '/confirm': { page: 'confirm' },
  '/end': { page: 'end' },
}

/** `undefined`: there is nothing here. `wrong-method`: there is, for another method. */
export function routeOf(method: string | undefined, path: string): Route | 'wrong-method' | undefined {
  const looks = method === 'GET' || method === 'HEAD'
  const action = Object.hasOwn(actions, path) ? actions[path] : undefined
  if (action !== undefined) return method === 'POST' ? action : 'wrong-method'
  const found = Object.hasOwn(pages, path) ? pages[path] : below(path)
  return found === undefined || looks ? found : 'wrong-method'
}

function below(path: string): Route | undefined {
  const [, kind, name] = /^\/(sessions|requests|assets)\/([\w.-]+)$/.exec(path) ?? []
  if (kind === undefined || name === undefined) return undefined
  if (kind === 'sessions') return { page: 'session', handle: name }
  if (kind === 'assets') return { page: 'asset', name }
  return /^\d{1,15}$/.test(name) ? { page: 'request', id: Number(name) } : undefined
}
