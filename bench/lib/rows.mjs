/**
 * The rows of the comparison: what a visitor does, what the response must look like, and the settings that go with it.
 */

/** How long a cookie lives in the rows whose cookie has an expiry. */
export const maxAge = 3_600_000

/** The counter that every known visitor starts from: not the 0 of a visitor whose session was not found. */
export const firstViews = 7000

const large = 500
const small = 30

/**
 * `known`: the visitor comes with the cookie of a session of about `bytes` bytes of JSON. `path` is what is asked for, `counts` says that
 * each response must be one higher than the one before, `setsCookie` that each must carry a Set-Cookie line (otherwise none may).
 */
export const rows = [
  { name: 'no-cookie', title: 'Visitor without a cookie', known: false, path: '/read' },
  { name: 'reading', title: 'Known visitor, reading', known: true, bytes: large, path: '/read' },
  { name: 'writing', title: 'Known visitor, writing', known: true, bytes: large, path: '/write', counts: true },
  {
    name: 'rolling',
    title: 'Known visitor, reading, rolling cookie',
    known: true,
    bytes: large,
    path: '/read',
    rolling: true,
    setsCookie: true,
  },
  {
    name: 'reading-small',
    title: 'Known visitor, reading, small session',
    known: true,
    bytes: small,
    path: '/read',
    extra: true,
  },
  {
    name: 'writing-small',
    title: 'Known visitor, writing, small session',
    known: true,
    bytes: small,
    path: '/write',
    counts: true,
    extra: true,
  },
  {
    name: 'first-write',
    title: 'New visitor, first write',
    known: false,
    path: '/write',
    setsCookie: true,
    extra: true,
  },
]

/** The rows where sessions are kept in this engine, or in memory: who has no session does not ask an engine either. */
export function rowsOn(engine) {
  if (engine === undefined) return rows
  return rows.map((row) => (row.known ? row : Object.assign({}, row, { extra: true })))
}

/** What a known visitor's session holds beside its counter: about `bytes` bytes of JSON in the shape that apps have. */
export function visitorData(bytes) {
  if (bytes < 100) return { user: 'u_4711' }
  const data = {
    user: { id: 'u_4711', name: 'Ada Lovelace', roles: ['customer', 'reviewer'] },
    locale: 'en-GB',
    theme: 'dark',
    csrf: 'kq3v9Zr0cT1mXw8yB5nL2dFh',
    cart: [],
  }
  while (JSON.stringify(data).length < bytes - 60) {
    data.cart.push({ sku: `item-${1000 + data.cart.length}`, title: 'A woollen coat', quantity: 1, price: 12_900 })
  }
  return data
}
