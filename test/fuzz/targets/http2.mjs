/**
 * The same over HTTP/2, whose response is another class with habits of its own, and whose clients may reset one stream and go on with the next.
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:http2'
import { isDeepStrictEqual } from 'node:util'

import * as fc from 'fast-check'

import { doors } from '../lib/doors.mjs'
import { perform, program, sometimes } from '../lib/programs.mjs'

export const http2 = {
  name: 'http2',
  async open() {
    const todo = new Map()
    const handler = async (req, res) => {
      const job = todo.get(req.url)
      if (job === undefined) {
        if (req.session) req.session.user = 'ann'
        res.end('well')
        return
      }
      await perform(job.program, req, res, job.calls)
    }
    const sites = [await listen(undefined, handler)]
    for (const door of doors) sites.push({ ...(await listen(door.open(), handler)), door })
    const [bare, ...fronts] = sites
    let served = 0

    const ask = async (site, steps, method, headers, resetAfter) => {
      const path = `/${(served += 1)}`
      const calls = []
      if (steps !== undefined) todo.set(path, { program: steps, calls })
      const answer = await request(site.client, { ':path': path, ':method': method, ...headers }, resetAfter)
      todo.delete(path)
      return { ...answer, calls }
    }

    return {
      arbitrary: fc.record({
        front: fc.nat(fronts.length - 1),
        program: program.map(withoutEmptyTexts),
        method: fc.constantFrom('GET', 'GET', 'HEAD'),
        known: fc.boolean(),
        resetAfter: sometimes(fc.nat(6)),
      }),
      async check({ front, program: steps, method, known, resetAfter }) {
        const site = fronts[front]
        const cookie = known ? cookieOf(await ask(site, undefined, 'GET', {})) : undefined
        const ours = await ask(site, steps, method, cookie === undefined ? {} : { cookie }, resetAfter)
        if (resetAfter !== undefined) {
          const { body } = await ask(site, undefined, 'GET', {})
          if (body !== 'well') throw new Error(`after a stream that was reset the next one got ${body}`)
          return
        }
        if (JSON.stringify(steps).includes('"pairs"')) return
        const theirs = await ask(bare, steps, method, {})
        // Node ends the stream in an error for a write behind the end, which we refuse, and for what it cannot send.
        if (theirs.error !== undefined) return
        const refused = theirs.calls.findIndex((code) => code !== undefined)
        if (refused !== -1) {
          // Where the response is held, what Node refuses at the end resets the stream when it gets there.
          // And a stream that is through, as one with a 204 is at once, takes a second writeHead() without a word.
          const meant = ours.error !== undefined || theirs.calls[refused] === 'ERR_HTTP2_HEADERS_SENT'
          if (ours.calls[refused] === undefined && !meant)
            throw new Error(`call ${refused} is taken, and Node alone refuses it with ${theirs.calls[refused]}`)
          return
        }
        if (ours.error !== undefined) throw new Error(`the stream ends in ${ours.error}, and from Node alone well`)
        // A HEAD request and a 304 are answered when their headers are, with calls still to come.
        const heard = Math.min(ours.calls.length, theirs.calls.length)
        for (const each of [ours, theirs]) each.calls.length = heard
        for (const part of ['calls', 'body', 'trailers', 'headers']) {
          const [own, plain] =
            part === 'headers' ? [shared(ours, site.door), shared(theirs, site.door)] : [ours[part], theirs[part]]
          if (!isDeepStrictEqual(own, plain))
            throw new Error(`${part}: ${shown(own)}, and from Node alone ${shown(plain)}`)
        }
      },
      close: () => sites.forEach((site) => site.close()),
    }
  },
}

async function listen(middleware, handler) {
  const server = createServer((req, res) => {
    res.on('error', () => {})
    const failed = () => {
      if (res.headersSent || res.writableEnded) return
      res.statusCode = 500
      res.end('failed')
    }
    const handle = async () => {
      try {
        await handler(req, res)
      } catch {
        failed()
      }
    }
    const go = (error) => {
      if (error === undefined) void handle()
      else failed()
    }
    if (middleware === undefined) go()
    else middleware(req, res, go)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${server.address().port}`)
  await once(client, 'connect')
  return {
    client,
    close: () => {
      client.destroy()
      server.close()
    },
  }
}

async function request(client, headers, resetAfter) {
  const stream = client.request(headers)
  const answer = { headers: {}, trailers: {}, body: '' }
  stream.setEncoding('latin1')
  stream.on('response', (given) => (answer.headers = { ...given }))
  stream.on('trailers', (given) => (answer.trailers = { ...given }))
  stream.on('data', (chunk) => (answer.body += chunk))
  stream.on('error', (error) => (answer.error = error.code))
  const closed = new Promise((resolve) => {
    stream.on('close', resolve)
  })
  stream.end()
  if (resetAfter !== undefined) {
    for (let turn = 0; turn < resetAfter; turn += 1) await new Promise(setImmediate)
    stream.close(8)
  }
  await closed
  return answer
}

/** Where an empty text is sent together with others, Node (20, 22 and 24) sends what happens to be in memory instead of the others. */
function withoutEmptyTexts({ before, end, after }) {
  const filled = (step) => (step.chunk === '' ? { ...step, chunk: 'x' } : step)
  return { before: before.map(filled), end: filled(end), after: after.map(filled) }
}

function cookieOf({ headers }) {
  return [headers['set-cookie'] ?? []]
    .flat()
    .find((line) => line.startsWith('session='))
    ?.split(';', 1)[0]
}

/** The headers that a session does not add to. */
function shared({ headers }, { modern }) {
  const { date: _, 'set-cookie': cookies = [], ...rest } = headers
  if (modern) for (const name of ['cache-control', 'vary']) delete rest[name]
  return { ...rest, cookies: [cookies].flat().filter((line) => !line.startsWith('session=')) }
}

function shown(value) {
  return JSON.stringify(value)?.slice(0, 300)
}
