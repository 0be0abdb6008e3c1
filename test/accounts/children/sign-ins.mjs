/**
 * One of several processes in which one user signs in as many times at once as it is told.
 */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'

import { coatcheck } from 'coatcheck'

const stores = {
  sqlite: async ({ at }) => (await import('coatcheck/stores/sqlite')).sqliteStore(at),
  postgres: async ({ at, name }) => (await import('coatcheck/stores/postgres')).postgresStore({ url: at, table: name }),
  redis: async ({ at, name }) => (await import('coatcheck/stores/redis')).redisStore({ url: at, prefix: name }),
}

process.on('message', async ({ kind, at, name, secret, times, max }) => {
  try {
    const store = await stores[kind]({ at, name })
    const sessions = coatcheck({ secret, store, storeTimeout: '30s', maxSessionsPerUser: max })
    const signIn = async () => {
      const req = Object.assign(new IncomingMessage(new Socket()), { method: 'POST', url: '/' })
      const res = new ServerResponse(req)
      await new Promise((resolve, reject) => {
        sessions(req, res, (error) => (error === undefined ? resolve() : reject(error)))
      })
      await sessions.signIn(req, 'ann')
    }
    await Promise.all(Array.from({ length: times }, signIn))
    await sessions.close()
    process.send({ done: times })
  } catch (error) {
    process.send({ failed: `${error.code ?? error.name}: ${error.message}` })
  }
})
process.send('ready')
