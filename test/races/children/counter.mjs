/**
 * One of several processes that count up one visitor's counter, as many times at once as it is told.
 */
import { coatcheck } from 'coatcheck'

const stores = {
  sqlite: async (path) => (await import('coatcheck/stores/sqlite')).sqliteStore(path),
  postgres: async (url) => (await import('coatcheck/stores/postgres')).postgresStore({ url, table: 'counters' }),
  redis: async (url) => (await import('coatcheck/stores/redis')).redisStore({ url }),
  'redis-near': async (url) => (await import('coatcheck/stores/redis')).redisStore({ url, nearCache: true }),
  'redis-cluster': async (url) => {
    const { redisStore } = await import('coatcheck/stores/redis')
    const { createCluster } = await import('redis')
    const client = createCluster({ rootNodes: [{ url }] })
    await client.connect()
    return redisStore({ client })
  },
}

process.on('message', async ({ store: kind, place, secret, cookie, times }) => {
  try {
    const store = await stores[kind](place)
    const sessions = coatcheck({ secret, store, storeTimeout: '30s' })
    const increment = async () => {
      const req = { method: 'GET', url: '/', headers: { cookie } }
      await sessions.read(req)
      await sessions.update(req, (data) => {
        data.n += 1
      })
    }
    await Promise.all(Array.from({ length: times }, increment))
    await sessions.close()
    process.send({ done: times })
  } catch (error) {
    process.send({ failed: `${error.code ?? error.name}: ${error.message}` })
  }
})
process.send('ready')
