/**
 * Live numbers: sent while somebody watches, and never longer than they may.
 */
import { once } from 'node:events'
import { Agent, createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, type CoatcheckOptions } from '../../src/index.js'
import { inspector, type InspectorOptions } from '../../src/inspector/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { appWith, type App } from './support/app.js'
import { fill } from './support/crowd.js'

const secret = 'the inspector’s sessions are signed with this'
const start = Date.UTC(2026, 0, 1)

interface Watcher {
  readonly res: IncomingMessage
  /** The parts of the next message. */
  next(): Promise<Record<string, string>>
}

/** As browsers do, the connection is kept for more. */
const agent = new Agent({ keepAlive: true })
afterAll(() => agent.destroy())

async function watch(port: number, path = '/_sessions/live'): Promise<Watcher> {
  const req = get({ host: '127.0.0.1', port, path, agent })
  onTestFinished(() => void req.destroy())
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  res.setEncoding('utf8')
  const messages: string[] = []
  let text = ''
  res.on('data', (chunk: string) => {
    text += chunk
    const ended = text.split('\n\n')
    text = ended.pop()!
    messages.push(...ended.filter((message) => message.startsWith('data: ')))
    res.emit('message')
  })
  return {
    res,
    async next() {
      while (messages.length === 0) await once(res, 'message')
      return JSON.parse(messages.shift()!.slice('data: '.length)) as Record<string, string>
    },
  }
}

async function place(
  options: Partial<CoatcheckOptions> = {},
  settings?: InspectorOptions<IncomingMessage>,
): Promise<{ app: App; clock: ReturnType<typeof fakeClock> }> {
  const clock = fakeClock(start)
  const store = memoryStore({ clock })
  const sessions = coatcheck({ secret, clock, store, sweepInterval: '7d', ...options })
  return { app: await appWith(sessions, settings), clock }
}

describe('a stream', () => {
  it('begins with everything, and goes on with what has changed', async () => {
    const { app, clock } = await place()
    const watcher = await watch(app.site.port)
    expect(watcher.res.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const first = await watcher.next()
    expect(Object.keys(first).sort()).toEqual([
      'guards',
      'lately',
      'latency',
      'life',
      'operations',
      'people',
      'traffic',
    ])
    await app.visitor().ask('/set')
    clock.advance(2000)
    const second = await watcher.next()
    expect(Object.keys(second).sort()).toEqual(['lately', 'latency', 'life', 'operations', 'people', 'traffic'])
    expect(second.life).toContain('1<span>/min</span>')
    clock.advance(2000)
    // Charts go on with the time.
    expect(Object.keys(await watcher.next()).filter((name) => !['life', 'traffic', 'latency'].includes(name))).toEqual(
      [],
    )
  })

  it('ends after a minute, so that authorize is asked again', async () => {
    let allowed = true
    const { app, clock } = await place({}, { authorize: () => allowed })
    const watcher = await watch(app.site.port)
    await watcher.next()
    allowed = false
    for (let seconds = 0; seconds < 60; seconds += 2) {
      clock.advance(2000)
      if (seconds < 58) await watcher.next()
    }
    await once(watcher.res, 'end')
    const again = await watch(app.site.port)
    expect(again.res.statusCode).toBe(403)
  })

  it('ends when the server closes, and does not hold it up', async () => {
    const clock = fakeClock(start)
    const sessions = coatcheck({ secret, clock, sweepInterval: '7d' })
    const page = inspector(sessions)
    const server = createServer((req, res) => sessions(req, res, () => page(req, res))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const watcher = await watch((server.address() as AddressInfo).port)
    await watcher.next()
    const closed = Promise.all([once(server, 'close'), once(watcher.res, 'end')])
    server.close()
    clock.advance(2000)
    expect(await closed).toHaveLength(2)
    await sessions.close()
  })

  it('ends with the inspector, which hears nothing more then', async () => {
    const { app } = await place()
    const watcher = await watch(app.site.port)
    await watcher.next()
    app.inspector.close()
    await once(watcher.res, 'end')
    await app.visitor().ask('/set')
    expect((await app.look()).body).toContain('Nothing has happened')
  })

  it('is one of a bounded number', async () => {
    const { app } = await place()
    const watchers = await Promise.all(Array.from({ length: 32 }, () => watch(app.site.port)))
    expect(watchers.every(({ res }) => res.statusCode === 200)).toBe(true)
    expect((await watch(app.site.port)).res.statusCode).toBe(503)
    watchers[0]!.res.destroy()
    await once(watchers[0]!.res, 'close')
    await app.site.settled()
    expect((await watch(app.site.port)).res.statusCode).toBe(200)
  })
})

describe('with nobody watching', () => {
  it('the store is asked for nothing', async () => {
    const clock = fakeClock(start)
    const store = memoryStore({ clock, maxSessions: 20_000 })
    await fill(store, 9000, start)
    let asked = 0
    const { scan, count } = store
    store.scan = (cursor, limit) => ((asked += 1), scan.call(store, cursor, limit))
    store.count = () => ((asked += 1), count.call(store))
    const app = await appWith(coatcheck({ secret, clock, store, sweepInterval: '7d' }))
    for (let seconds = 0; seconds < 120; seconds += 2) clock.advance(2000)
    expect(asked).toBe(0)
    const watcher = await watch(app.site.port)
    await watcher.next()
    clock.advance(2000)
    await watcher.next()
    const watched = asked
    expect(watched).toBeGreaterThan(0)
    watcher.res.destroy()
    await once(watcher.res, 'close')
    await app.site.settled()
    clock.advance(2000)
    for (let seconds = 0; seconds < 120; seconds += 2) clock.advance(2000)
    await app.site.settled()
    expect(asked).toBe(watched)
  })
})
