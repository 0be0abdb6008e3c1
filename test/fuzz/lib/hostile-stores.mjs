/**
 * Stores that misbehave as they are told: each call takes the next entry of a script.
 */
import { Store } from 'coatcheck'
import { memoryStore } from 'coatcheck/stores/memory'

const down = () => new Error('down')

/** Ways to answer. `work` does what was asked and answers it; `spoil` makes garbage of a record. */
const manners = {
  right: (work) => work(),
  later: async (work) => {
    await new Promise(setImmediate)
    return work()
  },
  'answered late': async (work) => {
    const answer = work()
    for (let turn = 0; turn < 6; turn += 1) await new Promise(setImmediate)
    return answer
  },
  'throws before': () => {
    throw down()
  },
  'rejects before': () => Promise.reject(down()),
  'throws after': (work) => {
    work()
    throw down()
  },
  'rejects after': async (work) => {
    work()
    throw down()
  },
  'hangs before': () => new Promise(() => {}),
  'hangs after': (work) => {
    work()
    return new Promise(() => {})
  },
  'rejects with nothing': () => Promise.reject(),
}

export const mannerNames = Object.keys(manners)

/** What a store may answer instead of a record. None of it is another session's row: who writes the store is whom it says. */
export const spoilers = {
  null: () => null,
  undefined: () => undefined,
  text: () => 'garbage',
  number: () => 5,
  true: () => true,
  list: (record) => [record],
  'empty object': () => ({}),
  'no data': (record) => ({ ...record, data: undefined }),
  'data that is no text': (record) => ({ ...record, data: { user: 'mallory' } }),
  'data that is no JSON': (record) => ({ ...record, data: '{"user":' }),
  'data that is a list': (record) => ({ ...record, data: '["user"]' }),
  'data of a prototype': (record) => ({ ...record, data: '{"__proto__":{"user":"mallory"},"constructor":1}' }),
  'an old schema': ({ data, expiresAt }) => ({ sess: data, expires: expiresAt }),
  'a version that is text': (record) => ({ ...record, version: 'x' }),
  'a version of the past': (record) => ({ ...record, version: record.version - 1 }),
  'a deadline of NaN': (record) => ({ ...record, expiresAt: Number.NaN }),
  'a deadline that is text': (record) => ({ ...record, expiresAt: '9999' }),
  'a deadline of the past': (record) => ({ ...record, expiresAt: 1 }),
  'a creation of 1970': (record) => ({ ...record, createdAt: 0 }),
  'attributes that are no JSON': (record) => ({ ...record, attributes: '<html>' }),
  'attributes of another kind': (record) => ({
    ...record,
    attributes: '{"cookie":5,"at":"x","device":1,"absolute":null}',
  }),
  'a tombstone': (record) => ({ ...record, attributes: '{"retired":true,"to":"AAAA"}' }),
  'a user that is no text': (record) => ({ ...record, userId: 5 }),
}

export const spoilerNames = Object.keys(spoilers)

const methods = [
  'create',
  'read',
  'update',
  'touch',
  'delete',
  'replace',
  'listByUser',
  'deleteByUser',
  'scan',
  'count',
]

/** Our own contract. `script` yields `{ manner, spoiler }`. */
export function hostileRecords(script, clock) {
  const honest = memoryStore({ clock })
  const hostile = Object.fromEntries(
    methods.map((method) => [
      method,
      (...args) => {
        const { manner, spoiler } = script(method)
        return manners[manner](() => {
          const answer = honest[method](...args)
          const isRecord = method === 'read' && answer !== undefined
          return isRecord && spoiler !== undefined ? spoilers[spoiler](answer) : answer
        })
      },
    ]),
  )
  return { ...hostile, sweep: (now) => honest.sweep(now), close: () => honest.close() }
}

/** The contract of express-session, by callback, and sometimes by callback twice. */
export class HostileStore extends Store {
  records = new Map()
  #script

  constructor(script) {
    super()
    this.#script = script
  }

  get(id, done) {
    this.#answer('get', done, () => {
      const text = this.records.get(id)
      return text === undefined ? null : JSON.parse(text)
    })
  }

  set(id, value, done) {
    const text = JSON.stringify(value)
    this.#answer('set', done, () => void this.records.set(id, text))
  }

  touch(id, value, done) {
    const { cookie } = JSON.parse(JSON.stringify(value))
    this.#answer('touch', done, () => {
      const text = this.records.get(id)
      if (text !== undefined) this.records.set(id, JSON.stringify({ ...JSON.parse(text), cookie }))
    })
  }

  destroy(id, done) {
    this.#answer('destroy', done, () => void this.records.delete(id))
  }

  #answer(method, done = () => {}, work) {
    const { manner, spoiler, twice } = this.#script(method)
    const answered = (answer) => {
      const spoilt = method === 'get' && answer && spoiler !== undefined ? spoilSession(spoiler, answer) : answer
      done(null, spoilt)
      if (twice) done(null, spoilt)
    }
    const answer = manners[manner](work)
    if (answer instanceof Promise) {
      answer.then(answered, (error) => {
        done(error ?? down())
        if (twice) done(null, null)
      })
    } else answered(answer)
  }
}

/** Spoils a stored session by what spoils a record, as far as it fits. */
function spoilSession(name, stored) {
  const simple = spoilers[name]({ data: '{}', version: 1, createdAt: 0, expiresAt: 1 })
  if (typeof simple !== 'object' || simple === null || Array.isArray(simple)) return simple
  if (name.startsWith('a deadline'))
    return { ...stored, cookie: { ...stored.cookie, expires: simple.expiresAt, coatcheck: simple } }
  if (name.startsWith('attributes')) return { ...stored, cookie: 5 }
  return { ...stored, cookie: { ...stored.cookie, coatcheck: simple } }
}
