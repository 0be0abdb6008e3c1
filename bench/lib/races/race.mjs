/**
 * One scenario, one subject, one seed.
 */
import { Turns } from './turns.mjs'

/** Did the scenario's promise break in this order of events? */
export async function breaks(subject, scenario, seed) {
  const turns = new Turns(seed)
  const layer = await subject.open(turns)
  try {
    const arriving = layer.request(undefined, async ({ data }) => {
      Object.assign(data, { first: true, cart: [], n: 0, flash: 'hello' })
    })
    await turns.run()
    const cookie = await arriving
    let newest = cookie
    let answered = 0
    for (const handler of scenario.requests) {
      void turns.take().then(async () => {
        const set = await layer.request(cookie, (session) => handler(session, turns))
        answered += 1
        // A browser keeps the cookie that it was given last.
        if (set !== undefined) newest = set
      })
    }
    await turns.run()
    if (answered < scenario.requests.length) return true
    let found = {}
    const looking = layer.request(newest, async ({ data }) => {
      found = { ...data }
    })
    await turns.run()
    await looking
    const first = layer.kept().find((data) => data.first === true)
    return scenario.broken({ first, found })
  } finally {
    await layer.close()
  }
}
