/**
 * Any answers of a store, in any order: every request ends, with a page or an error page, and nobody is ever somebody that they have not
 * signed in as.
 */
import * as fc from 'fast-check'

import { fakeClock, hurried } from '../lib/clocks.mjs'
import { doors } from '../lib/doors.mjs'
import { hostileRecords, HostileStore, mannerNames, spoilerNames } from '../lib/hostile-stores.mjs'
import { ask } from '../lib/in-process.mjs'

const names = ['ann', 'ben']
const steps = ['read', 'sign in', 'write', 'save', 'reload', 'regenerate', 'destroy', 'touch', 'update', 'drop']

const call = fc.record({
  manner: fc.oneof(
    { weight: 3, arbitrary: fc.constant('right') },
    { weight: 2, arbitrary: fc.constantFrom(...mannerNames) },
  ),
  spoiler: fc.option(fc.constantFrom(...spoilerNames), { nil: undefined, freq: 2 }),
  twice: fc.boolean(),
})

const request = fc.record({
  who: fc.constantFrom(...names),
  steps: fc.array(fc.constantFrom(...steps), { maxLength: 3 }),
  /** Side by side with the one before. */
  parallel: fc.boolean(),
})

export const storeAnswers = {
  name: 'store-answers',
  async open() {
    return {
      arbitrary: fc.record({
        door: fc.nat(doors.length - 1),
        onStoreError: fc.constantFrom('fail', 'continue'),
        /** Calls that answer rightly before the trouble starts, so that there is something to lose. */
        calm: fc.nat(8),
        calls: fc.array(call, { minLength: 1, maxLength: 12 }),
        requests: fc.array(request, { minLength: 1, maxLength: 6 }),
      }),
      check: run,
      close: () => {},
    }
  },
}

async function run({ door, onStoreError, calm, calls, requests }) {
  const clock = fakeClock(Date.now())
  let made = 0
  const script = () => {
    made += 1
    return made <= calm ? { manner: 'right' } : calls[(made - calm - 1) % calls.length]
  }
  const { records, open } = doors[door]
  const store = records ? hostileRecords(script, clock) : new HostileStore(script)
  const sessions = open({ store, clock, onStoreError, storeTimeout: 1_000 })
  const cookies = new Map()
  let under = []
  for (const { who, steps: todo, parallel } of requests) {
    const work = serve(sessions, cookies, who, todo)
    if (parallel) under.push(work)
    else {
      await hurried(clock, Promise.all([...under, work]))
      under = []
    }
  }
  await hurried(clock, Promise.all(under))
  await sessions.close()
}

async function serve(sessions, cookies, who, todo) {
  const { status, setCookie, errors } = await ask(sessions, cookies.get(who), async (req) => {
    look(req, who)
    for (const step of todo) {
      if (req.session === undefined || req.session === null) return
      await take(step, req, who, sessions)
      look(req, who)
    }
  })
  if (setCookie !== undefined) cookies.set(who, setCookie)
  const bad = errors.find(
    (error) => !(error instanceof Error) || (error.message !== 'down' && error.name !== 'SessionError'),
  )
  if (bad !== undefined) throw new Error('an error that is neither the store’s nor one of ours', { cause: bad })
  if (status !== 200 && status !== 500) throw new Error(`answered ${status}`)
  if (status === 500 && errors.length === 0) throw new Error('answered 500 and said nothing')
}

/** Whoever is signed in here is who came. */
function look({ session }, who) {
  const user = session?.user
  if (user !== undefined && user !== who) throw new Error(`${who} is ${String(user)}`)
}

async function take(step, req, who, sessions) {
  const { session } = req
  // What fails is the app's to hear, and here nothing to stop for.
  const quietly = (promise) => promise.catch(() => {})
  if (step === 'sign in') {
    await quietly(session.regenerate())
    if (req.session) req.session.user = who
  }
  if (step === 'write') session.views = Number(session.views ?? 0) + 1
  if (step === 'save') await quietly(session.save())
  if (step === 'reload') await quietly(session.reload())
  if (step === 'regenerate') await quietly(session.regenerate())
  if (step === 'destroy') await quietly(session.destroy())
  if (step === 'touch') session.touch()
  if (step === 'update')
    await quietly(sessions.update(req, (data) => void (data.updates = Number(data.updates ?? 0) + 1)))
  if (step === 'drop') delete req.session
}
