/**
 * Both doors over each kind of store, as each target opens them.
 */
import { coatcheck, session, Store } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'

export const secret = 'a secret for the fuzzer, of more than thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

/** A callback store that keeps text and answers in another turn of the loop. */
export class LaterStore extends Store {
  records = new Map()

  get(id, done) {
    const text = this.records.get(id)
    setImmediate(() => done(null, text === undefined ? null : JSON.parse(text)))
  }

  set(id, value, done = () => {}) {
    const text = JSON.stringify(value)
    setImmediate(() => {
      this.records.set(id, text)
      done(null)
    })
  }

  touch(_id, _session, done = () => {}) {
    setImmediate(() => done(null))
  }

  destroy(id, done = () => {}) {
    setImmediate(() => {
      this.records.delete(id)
      done(null)
    })
  }
}

/** `modern` is coatcheck(). Each `open` makes a layer over a store of its own, unless the options bring one. */
export const doors = [
  { name: 'coatcheck() over records', modern: true, records: true },
  { name: 'coatcheck() over a callback store', modern: true, records: false },
  { name: 'session() over records', modern: false, records: true },
  { name: 'session() over a callback store', modern: false, records: false },
]

for (const door of doors) {
  door.open = (options = {}) => {
    const store = door.records ? memoryStore() : new LaterStore()
    const own = door.modern ? { secret } : plain
    return (door.modern ? coatcheck : session)({ ...own, name: 'session', store, ...options })
  }
}
