/**
 * Another process of the app: ends all sessions of whichever user it is told.
 */
import { coatcheck } from 'coatcheck'
import { postgresStore } from 'coatcheck/stores/postgres'
import { redisStore } from 'coatcheck/stores/redis'
import { sqliteStore } from 'coatcheck/stores/sqlite'

const [kind, place, secret] = process.argv.slice(2)
const stores = {
  redis: () => redisStore({ url: place, tellEnds: true }),
  postgres: () => postgresStore({ url: place, tellEnds: true }),
  sqlite: () => sqliteStore(place),
}
const sessions = coatcheck({ secret, store: stores[kind]() })

process.on('message', async (userId) => {
  const startedAt = performance.timeOrigin + performance.now()
  const ended = await sessions.revokeUser(userId)
  // On a clock that both processes share.
  process.send({ startedAt, ended })
})
process.send('ready')
