/**
 * What a session costs in memory, and a read and a write of it in time: coatcheck's memory store beside the others in memory.
 * Each case has a process of its own, so that none inherits another's heap.
 *
 *     node bench/memory.mjs [sessions]        200,000 by default
 */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const hour = 3_600_000
const random = (bytes) => randomBytes(bytes).toString('base64url')

const sizes = {
  small: (index) => ({ views: 1 + (index % 10) }),
  '500 B': (index) => ({
    views: index % 1_000,
    user: { id: random(12), name: `Customer ${index}`, email: `customer.${index}@example.com`, roles: ['customer'] },
    csrfSecret: random(18),
    language: 'en-GB',
    theme: index % 3 === 0 ? 'dark' : 'light',
    cart: [
      { sku: `SKU-${index % 997}`, title: 'A sturdy mug', quantity: 1 + (index % 3), price: 1_299 },
      { sku: `SKU-${index % 499}`, title: 'Tea towel, linen', quantity: 2, price: 799 },
    ],
    checkout: { step: index % 4, address: null, payment: null },
    returnTo: `/orders/${index}`,
    lastSeenProducts: [index % 211, index % 307, index % 401],
    flash: {},
  }),
}

/** An express-session store: it keeps the cookie with the data, and answers by callback. */
function callbackSubject(store) {
  const cookie = { originalMaxAge: hour, expires: new Date(Date.now() + hour), httpOnly: true, path: '/' }
  return {
    write: (id, data) => new Promise((resolve) => store.set(id, { cookie, ...data }, resolve)),
    read: (id) =>
      new Promise((resolve, reject) => store.get(id, (error, found) => (error ? reject(error) : resolve(found)))),
    newId: () => random(24),
  }
}

async function coatcheckSubject(userOf) {
  const { memoryStore } = await import('coatcheck/stores/memory')
  const store = memoryStore({ maxSessions: 10_000_000, maxBytes: 4_000_000_000 })
  const now = Date.now()
  const versions = new Map()
  let written = 0
  return {
    // As the engine does it: the data as JSON text, under the version that was read.
    write(id, data) {
      const userId = userOf?.((written += 1))
      const record = { data: JSON.stringify(data), version: 1, createdAt: now, expiresAt: now + hour, userId }
      if (store.create(id, record)) return
      const version = versions.get(id) ?? 1
      versions.set(id, version + 1)
      store.update(id, { ...record, version: version + 1 }, version)
    },
    read: (id) => JSON.parse(store.read(id).data),
    newId: () => random(32),
  }
}

const subjects = {
  'coatcheck, visitors': () => coatcheckSubject(),
  'coatcheck, signed in': () => coatcheckSubject((index) => `user-${index}`),
  'express-session MemoryStore': () => callbackSubject(new (require('express-session').MemoryStore)()),
  memorystore: () => {
    const MemoryStore = require('memorystore')(require('express-session'))
    return callbackSubject(new MemoryStore({ max: Infinity, ttl: hour }))
  },
}

/** Everything that can be freed is, so that what is left is what the sessions take. */
async function settled() {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  return { heapUsed, external, arrayBuffers, rss }
}

/** The best of five rounds: another process can only make one slower. */
async function microseconds(call) {
  let best = Infinity
  for (let round = 0; round < 5; round += 1) {
    const begun = process.hrtime.bigint()
    for (let done = 0; done < 20_000; done += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, (_, index) => call(done + index)))
    }
    best = Math.min(best, Number(process.hrtime.bigint() - begun) / 20_000 / 1_000)
  }
  return best
}

async function measure(subjectName, sizeName, count) {
  const { write, read, newId } = await subjects[subjectName]()
  const dataOf = sizes[sizeName]
  const before = await settled()
  for (let index = 0; index < count; index += 1) await write(newId(), dataOf(index))
  const after = await settled()
  const each = Object.fromEntries(Object.keys(after).map((key) => [key, (after[key] - before[key]) / count]))

  const ids = Array.from({ length: 5_000 }, newId)
  const data = ids.map((_, index) => dataOf(index))
  for (const [index, id] of ids.entries()) await write(id, data[index])
  return {
    ...each,
    json: data.reduce((sum, value) => sum + JSON.stringify(value).length, 0) / data.length,
    read: await microseconds((index) => read(ids[(index * 7_919) % ids.length])),
    write: await microseconds((index) => write(ids[(index * 7_919) % ids.length], data[index % ids.length])),
  }
}

function inOwnProcess(...parameters) {
  const nodeOptions = ['--expose-gc', '--max-old-space-size=8192']
  const output = execFileSync(process.execPath, [
    ...nodeOptions,
    fileURLToPath(import.meta.url),
    '--case',
    ...parameters,
  ])
  return JSON.parse(output.toString())
}

const total = ({ heapUsed, external }) => heapUsed + external

function printTable(sizeName, results) {
  const [, reference] = results.find(([name]) => name.startsWith('express-session'))
  console.log(`\n${sizeName}: ${Math.round(reference.json)} bytes of JSON`)
  console.table(
    Object.fromEntries(
      results.map(([name, result]) => [
        name,
        {
          heapUsed: Math.round(result.heapUsed),
          external: Math.round(result.external),
          'of it arrayBuffers': Math.round(result.arrayBuffers),
          'heapUsed + external': Math.round(total(result)),
          'times less': Number((total(reference) / total(result)).toFixed(1)),
          rss: Math.round(result.rss),
          'read µs': Number(result.read.toFixed(2)),
          'write µs': Number(result.write.toFixed(2)),
        },
      ]),
    ),
  )
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--case') {
  console.log(JSON.stringify(await measure(rest[0], rest[1], Number(rest[2]))))
} else {
  const count = Number(first ?? 200_000)
  console.log(`Node ${process.version}, ${count.toLocaleString('en')} sessions; bytes a session, microseconds a call`)
  for (const sizeName of Object.keys(sizes)) {
    printTable(
      sizeName,
      Object.keys(subjects).map((name) => [name, inOwnProcess(name, sizeName, String(count))]),
    )
  }
}
