/**
 * What a session costs in Redis: the store of coatcheck beside connect-redis, over the same clients and one server of their own.
 *
 *     node bench/redis.mjs [operations in a round, 20000] [rounds, 5]
 *
 * Prints operations a second, as a multiple of the first store's too, and the processor time that each takes here, client included,
 * for so many at once. Each figure is the best of its rounds, which are run in turn. The near-cache reads sessions that it has read
 * less than two seconds ago.
 */
import { RedisStore } from 'connect-redis'
import { redisStore } from 'coatcheck/stores/redis'
import Ioredis from 'ioredis'
import Iovalkey from 'iovalkey'
import { createClient } from 'redis'
import { startRedis } from '../scripts/lib/engines.mjs'

const [operations = 20_000, rounds = 5] = process.argv.slice(2).map(Number)
const visitors = 500
const atOnce = [1, 32]
const hour = 3_600_000

const data = {
  user: { id: 'u_4711', name: 'Ada Lovelace', roles: ['customer', 'reviewer'] },
  locale: 'en-GB',
  cart: Array.from({ length: 5 }, (_, index) => ({ sku: `item-${index}`, title: 'A woollen coat', price: 12_900 })),
}

const server = await startRedis()
const client = createClient({ url: server.url })
await client.connect()
const hearing = createClient({ url: server.url, RESP: 3, emitInvalidate: true })
await hearing.connect()
const subjects = [
  await ofCoatcheck('coatcheck on node-redis', client),
  await ofCoatcheck('the same with nearCache', hearing, { nearCache: true }),
  await ofCoatcheck('coatcheck on ioredis', new Ioredis(server.url)),
  await ofCoatcheck('coatcheck on iovalkey', new Iovalkey(server.url)),
  await ofConnectRedis('connect-redis on node-redis', client),
]

for (const operation of ['read', 'write', 'touch']) {
  for (const many of atOnce) {
    const best = new Map()
    for (let round = 0; round <= rounds; round += 1) {
      for (const subject of subjects) {
        const figures = await measure(subject[operation], many, round === 0 ? operations / 4 : operations)
        // The first round is for the compiler.
        if (round > 0) best.set(subject, better(best.get(subject), figures))
      }
    }
    console.log(`\n${operation}, ${many} at once`)
    for (const [{ name }, { rate, time }] of best) {
      const times = (rate / best.get(subjects[0]).rate).toFixed(2)
      console.log(
        `  ${name.padEnd(28)} ${rate.toFixed(0).padStart(8)} a second ${times.padStart(7)} × ${time.toFixed(1).padStart(7)} µs each`,
      )
    }
  }
}
await server.stop()
process.exit()

/** Reads and writes what a request does: the session as an object, its version counted. */
async function ofCoatcheck(name, connection, options) {
  const store = redisStore({ client: connection, prefix: `${name}:`, ...options })
  const records = []
  for (let index = 0; index < visitors; index += 1) {
    const now = Date.now()
    const record = { data: JSON.stringify(data), version: 1, createdAt: now, expiresAt: now + hour }
    await store.create(`visitor-${index}`, record)
    records.push(record)
  }
  return {
    name,
    async read(index) {
      return JSON.parse((await store.read(`visitor-${index}`)).data)
    },
    async write(index) {
      const { version, createdAt } = records[index]
      const text = JSON.stringify({ ...data, version })
      const record = { data: text, version: version + 1, createdAt, expiresAt: Date.now() + hour }
      records[index] = record
      if ((await store.update(`visitor-${index}`, record, version)) !== 'updated') throw new Error('not updated')
    },
    touch: (index) => store.touch(`visitor-${index}`, Date.now() + hour),
  }
}

/** A session as express-session hands it to a store. */
function session() {
  return { cookie: { originalMaxAge: hour, expires: new Date(Date.now() + hour) }, ...data }
}

async function ofConnectRedis(name, connection) {
  const store = new RedisStore({ client: connection, prefix: `${name}:` })
  for (let index = 0; index < visitors; index += 1) await store.set(`visitor-${index}`, session())
  return {
    name,
    read: (index) => store.get(`visitor-${index}`),
    write: (index) => store.set(`visitor-${index}`, session()),
    touch: (index) => store.touch(`visitor-${index}`, session()),
  }
}

async function measure(operation, many, count) {
  let left = count
  const before = process.cpuUsage()
  const start = performance.now()
  const worker = async (_, number) => {
    // Each has visitors of its own, so that no write meets another.
    const own = Math.floor(visitors / many)
    for (let turn = 0; left > 0; turn += 1) {
      left -= 1
      await operation(number * own + (turn % own))
    }
  }
  await Promise.all(Array.from({ length: many }, worker))
  const seconds = (performance.now() - start) / 1_000
  const { user, system } = process.cpuUsage(before)
  return { rate: count / seconds, time: (user + system) / count }
}

function better(one = { rate: 0, time: Infinity }, other) {
  return { rate: Math.max(one.rate, other.rate), time: Math.min(one.time, other.time) }
}
