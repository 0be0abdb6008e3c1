/**
 * Who goes on next, by a seed: the same seed gives the same order of requests and store answers.
 */

export class Turns {
  #waiting = []
  #random

  constructor(seed) {
    this.#random = randomNumbers(seed)
  }

  /** Resolves when its turn has come. */
  take() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  /** A question to a store: it arrives in its turn, and its answer comes back in another. */
  async call(work) {
    await this.take()
    const answer = work()
    await this.take()
    return answer
  }

  /** Gives turns until nobody waits for one. */
  async run() {
    for (;;) {
      await settled(this.#waiting.length === 0 ? 20 : 4)
      if (this.#waiting.length === 0) return
      const index = Math.floor(this.#random() * this.#waiting.length)
      const [next] = this.#waiting.splice(index, 1)
      next()
    }
  }
}

async function settled(turns) {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate)
}

/** mulberry32: small, and the same everywhere. */
function randomNumbers(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
