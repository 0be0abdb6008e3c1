/**
 * Any life of a session, under any interleaving of its requests: destroyed stays destroyed, an old ID stays dead, nobody gets another’s data.
 */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { coatcheck, session, type SessionStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { site, Visitor, type Handler, type Middleware, type Site } from '../http/support/site.js'

const secret = 'a secret of at least thirty-two bytes'

type Deed = 'read' | 'write' | 'save' | 'touch' | 'regenerate' | 'destroy'

const deeds: readonly Deed[] = ['read', 'write', 'save', 'touch', 'regenerate', 'destroy']

/** A store whose every answer comes when the scheduler says so. */
function scheduledStore(scheduler: fc.Scheduler): SessionStore {
  const store = memoryStore()
  return new Proxy(store, {
    get(target, name: keyof SessionStore) {
      const method = target[name] as (...args: unknown[]) => unknown
      if (name === 'close' || typeof method !== 'function') return method
      return async (...args: unknown[]) => {
        await scheduler.schedule(Promise.resolve(), `${name} asked`)
        const answer = method.apply(target, args)
        await scheduler.schedule(Promise.resolve(), `${name} answered`)
        return answer
      }
    },
  })
}

const handler: Handler = async (req, res) => {
  const deed = req.url!.slice(1) as Deed | 'set'
  const { owner } = req.session
  if (deed === 'set') req.session.owner = 'ann'
  if (deed === 'write') req.session.writes = Number(req.session.writes ?? 0) + 1
  if (deed === 'save') {
    req.session.saved = true
    await req.session.save()
  }
  if (deed === 'touch') req.session.touch()
  if (deed === 'regenerate') {
    await req.session.regenerate()
    req.session.owner = owner
  }
  if (deed === 'destroy') await req.session.destroy()
  res.end(JSON.stringify({ owner: owner ?? null, id: req.sessionID }))
}

async function ask(where: Site, deed: string, cookie: string) {
  const reply = await where.ask(`/${deed}`, { headers: cookie === '' ? {} : { cookie } })
  return { ...reply, ...(JSON.parse(reply.body) as { owner: string | null; id: string }) }
}

const doors: [string, (store: SessionStore) => Middleware][] = [
  ['coatcheck()', (store) => coatcheck({ secret, store, touchWindow: 0, clock: fakeClock(Date.now()) })],
  [
    'session()',
    (store) =>
      session({ secret, store, resave: false, saveUninitialized: false, touchWindow: 0, clock: fakeClock(Date.now()) }),
  ],
]

describe.each(doors)('%s', (_name, open) => {
  it('a session that is destroyed stays so, whatever else its visitor’s requests do meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...deeds), { maxLength: 4 }),
        fc.scheduler(),
        async (others, scheduler) => {
          const where = await site(open(scheduledStore(scheduler)), handler)
          const visitor = new Visitor(where)
          await scheduler.waitFor(visitor.ask('/set'))
          const cookie = visitor.cookieHeader
          const all = ['destroy', ...others].map((deed) => ask(where, deed, cookie))
          await scheduler.waitFor(Promise.all(all))
          const after = await scheduler.waitFor(ask(where, 'read', cookie))
          expect(after.owner).toBeNull()
        },
      ),
      { numRuns: 15 },
    )
  })

  it('after a regenerate the old ID is dead, whatever else its visitor’s requests do meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...deeds), { maxLength: 4 }),
        fc.scheduler(),
        async (others, scheduler) => {
          const where = await site(open(scheduledStore(scheduler)), handler)
          const visitor = new Visitor(where)
          await scheduler.waitFor(visitor.ask('/set'))
          const cookie = visitor.cookieHeader
          const all = ['regenerate', ...others].map((deed) => ask(where, deed, cookie))
          await scheduler.waitFor(Promise.all(all))
          const after = await scheduler.waitFor(ask(where, 'read', cookie))
          expect(after.owner).toBeNull()
        },
      ),
      { numRuns: 15 },
    )
  })

  it('follows the plain model of a session, one request after the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...deeds, 'set' as const), { maxLength: 12 }), async (life) => {
        const where = await site(open(memoryStore()), handler)
        const visitor = new Visitor(where)
        let owner: string | null = null
        let id: string | undefined
        for (const deed of life) {
          const reply = await visitor.ask(`/${deed}`)
          const seen = JSON.parse(reply.body) as { owner: string | null; id: string }
          expect(seen.owner).toBe(owner)
          const stored = id !== undefined
          const keepsItsId = stored && deed !== 'regenerate'
          expect(!stored || (seen.id === id) === keepsItsId).toBe(true)
          if (deed === 'set') owner = 'ann'
          if (deed === 'destroy') [owner, id] = [null, undefined]
          else if (stored || ['set', 'write', 'save', 'regenerate'].includes(deed)) id = seen.id
        }
        expect(where.errors).toEqual([])
      }),
      { numRuns: 20 },
    )
  })
})
