/**
 * One of several processes on one file: does what its parent asks for, and says when it is done.
 */
import { sqliteStore } from 'coatcheck/stores/sqlite'

const record = () => ({ data: '{"n":0}', version: 0, createdAt: Date.now(), expiresAt: Date.now() + 3_600_000 })

const tasks = {
  /** Opens a file that may not exist yet, leaves a record and closes it. */
  async open({ path, key }) {
    const store = sqliteStore(path)
    const created = await store.create(key, record())
    await store.close()
    return created
  },

  /** Counts one record up, against everyone else who does, several times at once. */
  async count({ path, key, times, atOnce }) {
    const store = sqliteStore(path)
    let conflicts = 0
    async function increment() {
      let current = await store.read(key)
      for (;;) {
        const next = {
          ...current,
          data: JSON.stringify({ n: JSON.parse(current.data).n + 1 }),
          version: current.version + 1,
        }
        const result = await store.update(key, next, current.version)
        if (result === 'updated') return
        conflicts += 1
        current = result.conflict
      }
    }
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let step = 0; step < times / atOnce; step += 1) await increment()
      }),
    )
    await store.close()
    return conflicts
  },

  /** Writes until it is killed, and reports each write after it was answered. */
  async write({ path, prefix }) {
    const store = sqliteStore(path)
    const lane = async (name) => {
      const key = `${prefix}-${name}`
      let current = record()
      await store.create(key, current)
      process.send({ key, version: 0 })
      for (;;) {
        const next = { ...current, data: JSON.stringify({ n: current.version + 1 }), version: current.version + 1 }
        if ((await store.update(key, next, current.version)) !== 'updated')
          throw new Error('nobody else writes this key')
        current = next
        process.send({ key, version: current.version })
      }
    }
    await Promise.all(Array.from({ length: 10 }, (_, index) => lane(index)))
  },
}

process.on('message', async ({ task, ...parameters }) => {
  try {
    process.send({ done: await tasks[task](parameters) })
  } catch (error) {
    process.send({ failed: `${error.code ?? error.name}: ${error.message}` })
  }
})
process.send({ ready: true })
