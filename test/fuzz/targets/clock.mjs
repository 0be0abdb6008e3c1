/**
 * Any clock: jumps ahead and back, zero, the year 2038, no number at all. No session is read at or past its limits, and none that lives is lost.
 */
import * as fc from 'fast-check'
import { coatcheck, session } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'

import { LaterStore, secret } from '../lib/doors.mjs'
import { ask } from '../lib/in-process.mjs'

const hour = 3_600_000
const idle = hour
const absolute = 5 * hour
const start = Date.UTC(2026, 0, 1)

const moments = [
  0,
  1,
  -1,
  2 ** 31 * 1_000 - 1,
  2 ** 31 * 1_000,
  2 ** 32 * 1_000,
  8.64e15,
  Number.NaN,
  Infinity,
  -Infinity,
]
const steps = [1, 1_000, idle - 1, idle, idle + 1, absolute - 1, absolute, absolute + 1, 60_000, 24 * hour]

const move = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...steps, ...steps.map((step) => -step)).map((by) => ({ by })) },
  { weight: 1, arbitrary: fc.constantFrom(...moments).map((to) => ({ to })) },
)
const deed = fc.constantFrom('read', 'write', 'save', 'touch', 'regenerate')

const doors = [
  (options) => coatcheck({ ...options, store: memoryStore({ clock: still }) }),
  (options) => coatcheck({ ...options, store: new LaterStore() }),
  (options) => session({ ...options, resave: false, saveUninitialized: false, store: memoryStore({ clock: still }) }),
]

/** A store with a clock of its own that never moves: it answers what is over for ever. */
const still = { now: () => 0, after: () => () => {} }

export const clock = {
  name: 'clock',
  async open() {
    return {
      arbitrary: fc.record({
        door: fc.nat(doors.length - 1),
        story: fc.array(fc.oneof(move, deed), { minLength: 1, maxLength: 14 }),
      }),
      check: run,
      close: () => {},
    }
  },
}

async function run({ door, story }) {
  let now = start
  const time = { now: () => now, after: () => () => {} }
  const limits = { idleTimeout: idle, absoluteTimeout: absolute, touchWindow: 0 }
  const sessions = doors[door]({ secret, name: 'session', clock: time, ...limits })
  let cookie
  /** What the session should be: when it began, and when it was seen last. */
  let model
  for (const step of story) {
    if (typeof step === 'object') {
      now = step.to ?? now + step.by
      continue
    }
    const expected = model !== undefined && now < model.seen + idle && now < model.began + absolute
    let found
    const { status, setCookie, errors } = await ask(sessions, cookie, async (req) => {
      found = req.session.owner !== undefined
      if (step !== 'read' || !found) req.session.owner = 'ann'
      if (step === 'save') await req.session.save().catch(() => {})
      if (step === 'touch') req.session.touch()
      if (step === 'regenerate') {
        await req.session.regenerate().catch(() => {})
        req.session.owner = 'ann'
      }
    })
    if (status !== 200) throw new Error(`answered ${status}`, { cause: errors[0] })
    const odd = errors.find((error) => error?.name !== 'SessionError')
    if (odd !== undefined) throw new Error('an error without a code', { cause: odd })
    if (found && !expected) throw new Error(`read at ${now}, past the end of ${JSON.stringify(model)}`)
    if (!found && expected) throw new Error(`lost at ${now}, before the end of ${JSON.stringify(model)}`)
    cookie = setCookie ?? cookie
    // A moment that is none cannot be kept, and what cannot be kept is no session.
    if (errors.length > 0 || !isMoment(now)) [model, cookie] = [undefined, undefined]
    else model = { began: found ? model.began : now, seen: now }
  }
  await sessions.close()
}

/** A time that a date can hold, with room for the limits. */
function isMoment(time) {
  return Math.abs(time) <= 8.64e15 - absolute
}
