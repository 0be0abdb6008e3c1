/**
 * One store for all, in the shape that express-session and @fastify/session share: JSON under an ID, and each answer in its turn.
 */

/** Makes a store class of `Base`, which is each library's own. */
export function callbackStore(Base) {
  return class extends Base {
    records = new Map()
    turns

    get(id, done) {
      this.#answer(done, () => {
        const text = this.records.get(id)
        return text === undefined ? null : JSON.parse(text)
      })
    }

    set(id, session, done) {
      const text = JSON.stringify(session)
      this.#answer(done, () => void this.records.set(id, text))
    }

    destroy(id, done) {
      this.#answer(done, () => void this.records.delete(id))
    }

    touch(id, session, done) {
      const { cookie } = JSON.parse(JSON.stringify(session))
      this.#answer(done, () => {
        const text = this.records.get(id)
        if (text !== undefined) this.records.set(id, JSON.stringify({ ...JSON.parse(text), cookie }))
      })
    }

    kept() {
      return [...this.records.values()].map((text) => JSON.parse(text))
    }

    #answer(done, work) {
      void this.turns.call(work).then((value) => setImmediate(() => done?.(null, value)))
    }
  }
}

/** A store of records of coatcheck, each call in its turn. */
export function scheduledRecords(store, turns) {
  const methods = ['create', 'read', 'update', 'touch', 'delete', 'replace', 'scan', 'count', 'sweep']
  const scheduled = methods.map((method) => [method, (...args) => turns.call(() => store[method](...args))])
  return { ...Object.fromEntries(scheduled), close: () => store.close() }
}
