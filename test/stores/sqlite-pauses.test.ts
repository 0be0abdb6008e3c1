/**
 * What must not hold up the event loop: locks of other processes, the disk, and much work at once. Measured by `npm run bench:sqlite`; here it is
 * held to what makes it so.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import workerThreads from 'node:worker_threads'

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'

import { Checkpoints, type CheckpointThread } from '../../src/stores/sqlite/checkpoints.js'
import { loadEngine, type Connection } from '../../src/stores/sqlite/engine.js'
import { sqliteStore, type SqliteSessionStore } from '../../src/stores/sqlite/index.js'
import { openConnection } from '../../src/stores/sqlite/open.js'
import { readOptions } from '../../src/stores/sqlite/options.js'
import { fakeClock } from '../../src/testing/index.js'
import { engines } from './sqlite-engines.js'
import { record, temporaryFolder } from './support.js'

const run = promisify(execFile)
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const newPath = (): string => join(temporaryFolder(), 'sessions.db')

const open: SqliteSessionStore[] = []
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
})
function storeAt(...given: Parameters<typeof sqliteStore>): SqliteSessionStore {
  const store = sqliteStore(...given)
  open.push(store)
  return store
}

async function write(store: SqliteSessionStore, count: number, name = 'key'): Promise<void> {
  for (let done = 0; done < count; done += 100) {
    await Promise.all(Array.from({ length: 100 }, (_, index) => store.create(`${name}-${done + index}`, record())))
  }
}

describe('a file that another process holds while it is opened', () => {
  function hold(path: string): Connection {
    const holder = loadEngine().open(path)
    onTestFinished(() => holder.close())
    holder.exec('BEGIN EXCLUSIVE')
    return holder
  }

  it('is opened when it is free, and until then calls wait and the event loop does not', async () => {
    const path = newPath()
    const clock = fakeClock()
    const holder = hold(path)
    const store = storeAt({ path, clock })
    const answers = Promise.all([store.create('key', record()), store.read('key'), store.count()])
    for (let step = 0; step < 50; step += 1) {
      await turn()
      clock.advance(10)
    }
    holder.exec('COMMIT')
    await turn()
    clock.advance(100)
    expect(await answers).toMatchObject([true, record(), 1])
    expect(store.read('key')).toMatchObject(record())
  })

  it('is given up by each call after busyTimeout, and not for good', async () => {
    const path = newPath()
    const clock = fakeClock()
    const holder = hold(path)
    const store = storeAt({ path, clock, busyTimeout: 300 })
    const refused = Promise.resolve(store.read('key')).catch((error: unknown) => error)
    for (let step = 0; step < 50; step += 1) {
      await turn()
      clock.advance(10)
    }
    expect(await refused).toMatchObject({
      code: 'ERR_SESSION_STORE_TIMEOUT',
      message: expect.stringContaining('300 ms'),
    })
    holder.exec('COMMIT')
    expect(await store.read('key')).toBeUndefined()
  })
})

describe('a group of writes', () => {
  it('ends when it has taken its time, and the event loop has its turn before the next', async () => {
    const clock = fakeClock()
    let slow = 0
    const ticking = { ...clock, now: () => clock.now() + (slow += 1) }
    const store = storeAt({ path: newPath(), clock: ticking })
    let turns = 0
    const done = Promise.all(Array.from({ length: 30 }, (_, index) => store.create(`key-${index}`, record())))
    const counting = (async () => {
      for (let isOpen = true; isOpen; turns += 1)
        isOpen = await Promise.race([done.then(() => false), turn().then(() => true)])
    })()
    expect((await done).every(Boolean)).toBe(true)
    await counting
    // Each write takes a millisecond by this clock: three are a group.
    expect(turns).toBeGreaterThanOrEqual(9)
  })
})

describe("SQLite's log", () => {
  it('is not written back by the connection that requests use, unless it has become enormous', () => {
    const connection = openConnection(loadEngine(), readOptions(newPath()))
    onTestFinished(() => connection.close())
    expect(Object.values(connection.prepare('PRAGMA wal_autocheckpoint').get([])!)).toEqual([65_536])
  })

  async function writtenBack(path: string, empty: number): Promise<void> {
    await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(empty), { timeout: 10_000 })
  }

  it.each(engines)('is written back by a thread: %s', async (engine) => {
    const path = newPath()
    const store = storeAt({ path, engine })
    const empty = statSync(path).size
    await write(store, 1_000)
    await expect(writtenBack(path, empty)).resolves.toBeUndefined()
  })

  it.each(engines)(
    'is begun anew by the thread when it is long, and the first write of the new one is not a request’s: %s',
    async (name) => {
      const path = newPath()
      const store = storeAt({ path, engine: name })
      await write(store, 100)
      const { module } = loadEngine(name)
      const checkpoints = new Checkpoints({
        path,
        module,
        synchronous: 'normal',
        longestLog: 1,
        withoutThread: () => {},
      })
      const salt = (): string => readFileSync(`${path}-wal`).toString('hex', 16, 24)
      const first = salt()
      checkpoints.wrote(256)
      await vi.waitFor(() => expect(salt()).not.toBe(first), { timeout: 10_000 })
      await checkpoints.close()
    },
  )

  it.each(engines)('is in the file when %s is closed', async (engine) => {
    const path = newPath()
    const store = sqliteStore({ path, engine })
    const empty = statSync(path).size
    await write(store, 500)
    await writtenBack(path, empty)
    await write(store, 500, 'more')
    await store.close()
    expect(existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0).toBe(0)
    const copy = newPath()
    copyFileSync(path, copy)
    expect(await storeAt({ path: copy, engine }).count()).toBe(1_000)
  })

  it.each(engines)('does not keep a process alive that does not close the store: %s', async (engine) => {
    const script = `
      const { sqliteStore } = await import('coatcheck/stores/sqlite')
      const store = sqliteStore({ path: ${JSON.stringify(newPath())}, engine: '${engine}' })
      const record = { data: '{}', version: 1, createdAt: 0, expiresAt: 0 }
      for (let round = 0; round < 20; round += 1)
        await Promise.all(Array.from({ length: 100 }, (_, index) => store.create(round + '-' + index, record)))
      console.log(await store.count())`
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(import.meta.dirname, '../..'),
    })
    expect([stdout, stderr]).toEqual(['2000\n', ''])
  })

  it('is written back by SQLite itself where threads cannot be had', async () => {
    const { Worker } = workerThreads
    onTestFinished(() => {
      workerThreads.Worker = Worker
      syncBuiltinESMExports()
    })
    workerThreads.Worker = function noWorker() {
      throw new Error('no threads here')
    } as unknown as typeof Worker
    syncBuiltinESMExports()
    const path = newPath()
    const store = storeAt(path)
    const empty = statSync(path).size
    await write(store, 10_000)
    expect(statSync(path).size).toBeGreaterThan(empty)
  })
})

describe('the thread that writes the log back', () => {
  /** A thread that does nothing by itself. */
  function idleThread() {
    const listeners = new Map<string, () => void>()
    const thread = {
      asked: [] as unknown[],
      on: (event: string, listener: () => void) => void listeners.set(event, listener),
      postMessage: (message: unknown) => void thread.asked.push(message),
      ref: () => {},
      unref: () => {},
      tell: (event: string) => listeners.get(event)?.(),
    }
    return thread
  }

  function checkpointsOf(startThread: () => unknown) {
    const withoutThread = vi.fn<() => void>()
    const settings = { path: 'x', module: 'y', synchronous: 'normal', withoutThread }
    const checkpoints = new Checkpoints({ ...settings, startThread: startThread as () => CheckpointThread })
    return { checkpoints, withoutThread }
  }

  it('is started by the first rows that are worth it, and asked again only when it has answered', () => {
    const thread = idleThread()
    const start = vi.fn<() => unknown>(() => thread)
    const { checkpoints } = checkpointsOf(start)
    checkpoints.wrote(255)
    expect(start).not.toHaveBeenCalled()
    checkpoints.wrote(1)
    for (let round = 0; round < 10; round += 1) checkpoints.wrote(300)
    expect(thread.asked).toEqual(['look'])
    thread.tell('message')
    checkpoints.wrote(1)
    expect(thread.asked).toEqual(['look', 'look'])
    expect(start).toHaveBeenCalledTimes(1)
  })

  it('that ends by itself is replaced by what SQLite does, once', () => {
    const thread = idleThread()
    const { checkpoints, withoutThread } = checkpointsOf(() => thread)
    checkpoints.wrote(256)
    thread.tell('error')
    thread.tell('exit')
    for (let round = 0; round < 10; round += 1) checkpoints.wrote(300)
    expect(thread.asked).toEqual(['look'])
    expect(withoutThread).toHaveBeenCalledTimes(1)
    expect(checkpoints.close()).toBeUndefined()
  })

  it('has ended when the store is closed', async () => {
    const thread = idleThread()
    const { checkpoints, withoutThread } = checkpointsOf(() => thread)
    checkpoints.wrote(256)
    let closed = false
    const closing = checkpoints.close()!.then(() => {
      closed = true
    })
    await turn()
    expect([thread.asked, closed]).toEqual([['look', 'close'], false])
    thread.tell('exit')
    await closing
    expect(withoutThread).not.toHaveBeenCalled()
  })
})
