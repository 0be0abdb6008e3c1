/**
 * A clock that goes on whenever nothing else does, so that whatever waits for a deadline gets there at once.
 */
import { fakeClock } from 'coatcheck/testing'

/** What `work` comes to, with the clock moved on by a second whenever the loop has nothing more to do. */
export async function hurried(clock, work) {
  const state = { here: false }
  const answer = work.finally(() => {
    state.here = true
  })
  answer.catch(() => {})
  for (let turn = 0; turn < 20_000; turn += 1) {
    for (let idle = 0; idle < 8; idle += 1) {
      if (state.here) return answer
      await new Promise(setImmediate)
    }
    if (clock.pending > 0) clock.advance(1_000)
  }
  throw new Error('it hangs: there is no answer, and nothing is waited for')
}

export { fakeClock }
