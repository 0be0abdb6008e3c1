/**
 * A store that fails while somebody signs in: whichever of its answers fails, and however, nobody is signed in half.
 */
import { describe, expect, it } from 'vitest'

import { memoryStore } from '../../src/stores/memory/index.js'
import type { FakeClock } from '../../src/testing/index.js'
import { accountSite, Browser, clocked, minute, type Who } from './support/account-site.js'
import { intercepted, type Call } from './support/intercepted-store.js'

const down = (): never => {
  throw new Error('the engine is down')
}

/** How an answer fails. */
const failures: Readonly<Record<string, (call: Call) => unknown>> = {
  'fails before it does what it was asked': () => {
    throw new Error('the engine is down')
  },
  'fails after it has done what it was asked': async ({ go }) => {
    await go()
    throw new Error('the connection is lost')
  },
  'is down from then on, until the response is out,': down,
  'never answers': () => new Promise(() => {}),
  'does what it was asked and never says so': ({ go }) => {
    void go()
    return new Promise(() => {})
  },
}

const before: Readonly<Record<string, (browser: Browser) => Promise<unknown>>> = {
  'a visitor without a session': async () => {},
  'a visitor with a session': (browser) => browser.ask('/set?cart=tea'),
  'the same user, signed in already': async (browser) => {
    await browser.ask('/set?cart=tea')
    await browser.signIn('ann')
  },
  'another user, signed in': async (browser) => {
    await browser.ask('/set?cart=tea')
    await browser.signIn('bob')
  },
}

const settings = {
  'without a cap': {},
  'with a cap': { maxSessionsPerUser: 2 },
  'with renewal': { renewEvery: '1h' },
} as const

/** Who waits for a deadline has it passed. */
async function withTime<T>(clock: FakeClock, answer: Promise<T>): Promise<T> {
  const waiting = Symbol('waiting')
  for (;;) {
    const turn = new Promise((resolve) => {
      setImmediate(resolve, waiting)
    })
    if ((await Promise.race([answer, turn])) !== waiting) return answer
    // The sweeper is waiting, too.
    if (clock.pending > 1) clock.advance(2_500)
  }
}

interface Outcome {
  readonly status: number
  readonly listed: number
  readonly who: Who
  readonly failed: boolean
  readonly told: number
}

/** Signs in while the `failing`th call fails, and looks at what is left when the store is well again and a while has passed. */
async function signInWhile(
  arrive: (browser: Browser) => Promise<unknown>,
  options: object,
  failing: number,
  failure: (call: Call) => unknown,
): Promise<Outcome> {
  let calls = Number.NEGATIVE_INFINITY
  let failed = false
  let isDown = false
  const kept = memoryStore()
  const store = intercepted(kept, (call) => {
    calls += 1
    if (calls !== failing && !isDown) return call.go()
    failed = true
    isDown = failure === down
    return failure(call)
  })
  const { sessions, clock } = clocked({ store, sweepInterval: '24d', ...options })
  let told = 0
  sessions.on('storeError', () => (told += 1))
  const site = await accountSite(sessions, {
    '/now': async (req) => {
      calls = 0
      try {
        await sessions.signIn(req, 'ann')
      } finally {
        calls = Number.NEGATIVE_INFINITY
      }
    },
  })
  const browser = new Browser(site)
  await arrive(browser)
  const reply = await withTime(clock, browser.ask('/now'))
  isDown = false
  for (let pause = 0; pause < 4; pause += 1) {
    clock.advance(minute / 2)
    await new Promise(setImmediate)
  }
  const listed = await sessions.list('ann')
  return { status: reply.status, listed: listed.length, who: await browser.who(), failed, told }
}

/** What is wrong with it, in words. */
function wrongWith({ status, listed, who, told }: Outcome, whose: string): string | undefined {
  const { userId, data } = who
  // What failed was no part of the sign-in itself, such as giving a place back.
  if (status === 200) return userId === 'ann' && listed === 1 ? undefined : 'it said that it signed in, and did not'
  if (status !== 500 || told === 0) return `it answered ${status} and told of ${told} failures of the store`
  // The session from before is there, or over; there is no other, in the browser or in the list.
  if (userId === 'ann' && whose !== 'the same user, signed in already') return 'it failed, and signed in all the same'
  if (listed !== (userId === 'ann' ? 1 : 0))
    return `it left ${listed} in the list, and the browser is that of ${userId}`
  if (Object.keys(data).length > 0 && data['cart'] !== 'tea')
    return `the session from before has ${JSON.stringify(data)}`
  return undefined
}

for (const [name, options] of Object.entries(settings)) {
  describe(`signing in ${name}`, () => {
    for (const [whose, arrive] of Object.entries(before)) {
      for (const [how, failure] of Object.entries(failures)) {
        it(`${whose}: a store that ${how} signs nobody in half, whichever answer it is`, async () => {
          const wrong: string[] = []
          let step = 1
          for (; ; step += 1) {
            const outcome = await signInWhile(arrive, options, step, failure)
            if (!outcome.failed) break
            const what = wrongWith(outcome, whose)
            if (what !== undefined) wrong.push(`at answer ${step} ${what}`)
          }
          expect(wrong).toEqual([])
          // The store was asked at least for the ledger, twice, and for the session.
          expect(step).toBeGreaterThan(5)
        })
      }
    }
  })
}
