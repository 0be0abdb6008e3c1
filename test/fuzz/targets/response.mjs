/**
 * Every way to write a response, on a connection as bytes: it arrives as it would from Node alone, but for what a session adds. Clients that hang
 * up in the middle break nothing.
 */
import { isDeepStrictEqual } from 'node:util'

import * as fc from 'fast-check'

import { doors } from '../lib/doors.mjs'
import { perform, program, sometimes } from '../lib/programs.mjs'
import { cookieIn, exchange, listen, parse, requestText } from '../lib/server.mjs'

export const response = {
  name: 'response',
  async open() {
    /** What the next request does, by its path, and what its calls threw. */
    const programs = new Map()
    const threw = new Map()
    const handler = async (req, res) => {
      const todo = programs.get(req.url)
      if (todo === undefined) {
        if (req.session) req.session.user = 'ann'
        res.end('well')
        return
      }
      await perform(todo, req, res, threw.get(req.url))
    }
    const bare = await listen(undefined, handler)
    const fronts = []
    for (const door of doors) fronts.push({ door, site: await listen(door.open(), handler) })
    let served = 0

    const ask = async (site, todo, request, headers, abortAfter) => {
      const path = `/${(served += 1)}`
      const calls = []
      programs.set(path, todo)
      threw.set(path, calls)
      const answer = await exchange(site.port, requestText({ ...request, path, headers }), { abortAfter })
      programs.delete(path)
      threw.delete(path)
      return { ...parse(answer), calls }
    }

    return {
      arbitrary: fc.record({
        front: fc.nat(fronts.length - 1),
        program,
        request: fc.record({
          method: fc.constantFrom('GET', 'GET', 'HEAD', 'POST'),
          version: fc.constantFrom('1.1', '1.1', '1.0'),
        }),
        known: fc.boolean(),
        abortAfter: sometimes(fc.nat(6)),
      }),
      async check({ front, program: todo, request, known, abortAfter }) {
        const { door, site } = fronts[front]
        const close = [['Connection', 'close']]
        const cookie = known ? cookieIn(parse(await exchange(site.port, requestText({ headers: close })))) : undefined
        const headers = cookie === undefined ? close : [...close, ['Cookie', cookie]]
        const ours = await ask(site, todo, request, headers, abortAfter)
        if (abortAfter !== undefined) {
          const { body } = parse(await exchange(site.port, requestText({ headers: close })))
          if (body !== 'well') throw new Error(`after a client that hung up the next one got ${body}`)
          return
        }
        // A list of pairs is none of the forms that Node documents: it takes some of them, and we take all.
        if (JSON.stringify(todo).includes('"pairs"')) return
        const theirs = await ask(bare, todo, request, close)
        site.errors.length = 0
        bare.errors.length = 0
        // What Node leaves behind a call that it has refused is nobody's to count on: from there on it is enough that the response ends.
        const refused = theirs.calls.findIndex((code) => code !== undefined)
        if (refused !== -1) {
          if (ours.calls[refused] === undefined)
            throw new Error(`call ${refused} is taken, and Node alone refuses it with ${theirs.calls[refused]}`)
          return
        }
        for (const part of ['calls', 'status', 'reason', 'body', 'whole', 'trailer', 'headers']) {
          const [own, plain] =
            part === 'headers' ? [shared(ours, door), shared(theirs, door)] : [ours[part], theirs[part]]
          if (!isDeepStrictEqual(own, plain))
            throw new Error(`${part}: ${shown(own)}, and from Node alone ${shown(plain)}`)
        }
      },
      close: () => [bare, ...fronts.map(({ site }) => site)].forEach((site) => site.close()),
    }
  },
}

/** The headers that a session does not add to, in an order of their own: names first set by writeHead may stand elsewhere. */
function shared({ headers }, { modern }) {
  const added = new Set(modern ? ['date', 'cache-control', 'vary'] : ['date'])
  return headers
    .filter(([name, value]) => !added.has(name) && !(name === 'set-cookie' && value.startsWith('session=')))
    .map(([name, value]) => `${name}: ${value}`)
    .sort()
}

function shown(value) {
  return JSON.stringify(value)?.slice(0, 300)
}
