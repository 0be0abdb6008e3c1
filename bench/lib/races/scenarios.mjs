/**
 * The races: requests of one visitor that run into each other, and what must be so when all of them have ended.
 *
 * `requests` are handlers; each gets its session and `think`, a pause that the seed decides. The first session is marked, so that it
 * can be told from those that come after it. `kept` answers what is wrong, or nothing.
 */

export const scenarios = [
  {
    title: 'two requests set two different keys',
    requests: [set('theme', 'dark'), set('language', 'en')],
    broken: ({ first }) => first?.theme !== 'dark' || first.language !== 'en',
  },
  {
    title: 'two requests put two things into the cart',
    requests: [append('tea'), append('cup')],
    broken: ({ first }) => !(first?.cart.includes('tea') && first.cart.includes('cup')),
  },
  {
    title: 'three requests count up one counter',
    requests: [increment, increment, increment],
    broken: ({ first }) => first?.n !== 3,
  },
  {
    title: 'one request deletes a key, another sets one',
    requests: [remove('flash'), set('theme', 'dark')],
    broken: ({ first }) => first === undefined || 'flash' in first || first.theme !== 'dark',
  },
  {
    title: 'sign-out, while a request changes the session',
    requests: [signOut, set('theme', 'dark')],
    broken: ({ first }) => first !== undefined,
  },
  {
    title: 'sign-out, while a request only reads',
    requests: [signOut, read],
    broken: ({ first }) => first !== undefined,
  },
  {
    title: 'sign-in with a new ID, while a request changes the old one',
    requests: [signIn, set('theme', 'dark')],
    broken: ({ first }) => first !== undefined,
  },
  {
    title: 'sign-in, and the browser is signed in when all have ended',
    requests: [signIn, set('theme', 'dark'), set('language', 'en')],
    broken: ({ found }) => found.user !== 'ann',
  },
]

async function think(turns) {
  await turns.take()
}

async function read({ data }, turns) {
  void data.cart
  await think(turns)
}

function set(key, value) {
  return async (session, turns) => {
    await think(turns)
    session.data[key] = value
    await think(turns)
  }
}

function append(item) {
  return async (session, turns) => {
    await think(turns)
    session.data.cart = [...(session.data.cart ?? []), item]
    await think(turns)
  }
}

function remove(key) {
  return async (session, turns) => {
    await think(turns)
    delete session.data[key]
    await think(turns)
  }
}

async function increment(session, turns) {
  await think(turns)
  await session.update((data) => {
    data.n = (data.n ?? 0) + 1
  })
}

async function signOut(session, turns) {
  await think(turns)
  await session.destroy()
}

async function signIn(session, turns) {
  await think(turns)
  await session.regenerate()
  session.data.user = 'ann'
}
