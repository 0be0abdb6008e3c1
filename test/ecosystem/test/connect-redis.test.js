/**
 * connect-redis 7 to 10 on a real Redis, with the node-redis of their time, and with ioredis where they take it (7 and 8).
 */
'use strict'

const { after, before } = require('node:test')

const Ioredis = require('ioredis')
const { createClient } = require('redis')
const { createClient: createClient4 } = require('redis-4')

const { engines } = require('../support/engines')
const { storeJob } = require('../support/store-job')

const nodeRedis = (url) => createClient({ url }).connect()
const nodeRedis4 = (url) => createClient4({ url }).connect()
const ioredis = async (url) => new Ioredis(url)

let server
before(async () => {
  const { startRedis } = await engines
  server = await startRedis()
})
after(() => server.stop())

const combinations = [
  ['connect-redis 10 on node-redis', require('connect-redis').RedisStore, nodeRedis],
  ['connect-redis 9 on node-redis', require('connect-redis-9').RedisStore, nodeRedis],
  ['connect-redis 8 on node-redis 4', require('connect-redis-8').RedisStore, nodeRedis4],
  ['connect-redis 8 on ioredis', require('connect-redis-8').RedisStore, ioredis],
  ['connect-redis 7 on node-redis 4', require('connect-redis-7').default, nodeRedis4],
  ['connect-redis 7 on ioredis', require('connect-redis-7').default, ioredis],
]

for (const [name, RedisStore, connect] of combinations) {
  storeJob(name, async () => {
    const prefix = `${name.replaceAll(' ', '-')}:`
    const client = await connect(server.url)
    const own = await nodeRedis(server.url)
    return {
      open: () => new RedisStore({ client, prefix }),
      read: async (id) => {
        const [text, deadline] = await Promise.all([own.get(prefix + id), own.pExpireTime(prefix + id)])
        return text === null ? undefined : { data: JSON.parse(text), deadline }
      },
      setDeadline: (id, deadline) => own.pExpireAt(prefix + id, deadline),
      breakMessage: /WRONGTYPE/,
      breakFor: async (id) => {
        const away = `${prefix}away:${id}`
        await own.rename(prefix + id, away)
        await own.lPush(prefix + id, 'not a string')
        return () => own.rename(away, prefix + id)
      },
      close: async () => {
        client.disconnect()
        await own.close()
      },
    }
  })
}
