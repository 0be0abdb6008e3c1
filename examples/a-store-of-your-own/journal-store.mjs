/** A store of your own: sessions in memory, each change a line in a file, so that they are there again after a restart. For one process. */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

const closedError = { code: 'ERR_SESSION_CLOSED', [Symbol.for('coatcheck.SessionError')]: true }
const lineOf = (...change) => `${JSON.stringify(change)}\n`
export function journalStore(path) {
  const kept = new Map()
  let numbers = 0
  let closed = false
  const apply = (key, record) => {
    if (record) kept.set(key, { key, record, number: kept.get(key)?.number ?? (numbers += 1) })
    else kept.delete(key)
  }
  const write = (key, record) => {
    appendFileSync(path, lineOf(key, record))
    apply(key, record)
    return true
  }
  // Half a line at the end is a change whose process died while writing it: nobody was told that it is stored.
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : []
  for (const line of lines) apply(...JSON.parse(line))
  writeFileSync(`${path}.new`, [...kept.values()].map(({ key, record }) => lineOf(key, record)).join(''))
  renameSync(`${path}.new`, path)

  const where = (test) => [...kept.values()].filter(test).map(({ key, record }) => ({ key, record }))
  const read = (key) => kept.get(key)?.record
  const create = (key, record) => !kept.has(key) && write(key, record)
  const remove = (key) => kept.has(key) && write(key)
  const removeAll = (found) => found.map(({ key }) => key).filter(remove)
  const ofUser = (userId, except) => where(({ key, record }) => record.userId === userId && key !== except)
  const store = {
    create,
    read,
    update(key, record, expectedVersion) {
      const current = read(key)
      if (current === undefined) return 'missing'
      return current.version === expectedVersion ? write(key, record) && 'updated' : { conflict: current }
    },
    touch: (key, expiresAt) => kept.has(key) && write(key, { ...read(key), expiresAt }),
    delete: remove,
    replace: (oldKey, newKey, record) => (remove(oldKey), create(newKey, record)),
    listByUser: (userId) => ofUser(userId).sort((one, other) => other.record.createdAt - one.record.createdAt),
    deleteByUser: (userId, except) => removeAll(ofUser(userId, except)),
    scan(cursor, limit) {
      const records = where(({ number }) => number > Number(cursor ?? 0)).slice(0, limit)
      return records.length < limit ? { records } : { records, cursor: String(kept.get(records.at(-1).key).number) }
    },
    count: () => kept.size,
    sweep: (now) => removeAll(where(({ record }) => record.expiresAt <= now).slice(0, 1000)).length,
  }
  const whileOpen = ([name, method]) => {
    const call = (...args) => {
      if (closed) throw Object.assign(new Error('closed'), closedError)
      return method(...args)
    }
    return [name, call]
  }
  return { ...Object.fromEntries(Object.entries(store).map(whileOpen)), close: () => void (closed = true) }
}
