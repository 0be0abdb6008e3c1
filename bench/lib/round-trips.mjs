/**
 * Counts round trips to an engine, on the wire: a proxy between a server and its engine that takes note each time somebody speaks to the
 * engine after the engine has spoken. With one visitor at a time that is how often a request waits for the engine.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { Contest } from './contest.mjs'

const requests = 200

/** How many round trips to the engine a request of this subject takes. */
export async function countRoundTrips(subject, row, engine) {
  const counter = await RoundTrips.before(engine)
  let contest
  try {
    contest = await Contest.begin(subject, row, 1, counter.url)
    const before = counter.count
    await contest.round(requests)
    return (counter.count - before) / requests
  } finally {
    contest?.end()
    counter.close()
  }
}

class RoundTrips {
  #proxy
  #sockets = new Set()
  #url
  count = 0

  static async before(engine) {
    const counter = new RoundTrips(engine)
    await once(counter.#proxy, 'listening')
    return counter
  }

  constructor({ host, port, url }) {
    this.#url = url
    this.#proxy = createServer((client) => this.#join(client, connect(port, host))).listen(0, host)
  }

  /** What to tell the server instead of the engine's own. */
  get url() {
    const url = new URL(this.#url)
    url.port = String(this.#proxy.address().port)
    return url.href
  }

  close() {
    this.#proxy.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  #join(client, engine) {
    let answered = true
    this.#pass(client, engine, () => {
      if (answered) this.count += 1
      answered = false
    })
    this.#pass(engine, client, () => {
      answered = true
    })
  }

  #pass(from, to, heard) {
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (bytes) => {
      heard()
      to.write(bytes)
    })
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
  }
}
