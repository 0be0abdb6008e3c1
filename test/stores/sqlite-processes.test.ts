/**
 * Several processes on one file: real ones, from the built package.
 */

import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { record, temporaryFolder } from './support.js'

interface Message {
  readonly ready?: true
  readonly done?: unknown
  readonly failed?: string
  readonly key?: string
  readonly version?: number
}

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

async function startChildren(count: number): Promise<ChildProcess[]> {
  const started = Array.from({ length: count }, () => fork(join(import.meta.dirname, 'children/sqlite-worker.mjs')))
  children.push(...started)
  await Promise.all(started.map((child) => once(child, 'message')))
  return started
}

/** What the child answered when its task was done. */
async function ask(child: ChildProcess, task: Readonly<Record<string, unknown>>): Promise<unknown> {
  const answered = once(child, 'message') as Promise<[Message]>
  child.send(task)
  const [{ done, failed }] = await answered
  if (failed !== undefined) throw new Error(failed)
  return done
}

describe('several processes on one file', () => {
  it('can all be the first to open it: eight at once, ten times', async () => {
    const processes = await startChildren(8)
    for (let round = 0; round < 10; round += 1) {
      const path = join(temporaryFolder(), 'sessions.db')
      const created = await Promise.all(
        processes.map((child, index) => ask(child, { task: 'open', path, key: `key-${index}` })),
      )
      expect(created).toEqual(Array.from({ length: 8 }, () => true))
      const store = sqliteStore(path)
      expect(store.count()).toBe(8)
      await store.close()
    }
  })

  it('lose no increment of a counter that all of them count up', async () => {
    const path = join(temporaryFolder(), 'sessions.db')
    const store = sqliteStore(path)
    await store.create('counter', record({ data: '{"n":0}', version: 0 }))
    const processes = await startChildren(4)
    const conflicts = await Promise.all(
      processes.map((child) => ask(child, { task: 'count', path, key: 'counter', times: 200, atOnce: 4 })),
    )
    expect(store.read('counter')).toMatchObject({ data: '{"n":800}', version: 800 })
    expect(
      conflicts.reduce<number>((sum, number) => sum + (number as number), 0),
      'they must have met',
    ).toBeGreaterThan(0)
    await store.close()
  })
})

describe('a process that is killed with kill -9 in mid-write', () => {
  it('loses nothing that was answered, and leaves nothing half written', async () => {
    const path = join(temporaryFolder(), 'sessions.db')
    const answered = new Map<string, number>()
    for (let round = 0; round < 5; round += 1) {
      const [child] = await startChildren(1)
      let writes = 0
      const enough = 100 + round * 37
      const ended = once(child!, 'exit')
      child!.on('message', ({ key, version, failed }: Message) => {
        if (failed !== undefined) answered.set(`failed: ${failed}`, -1)
        if (key === undefined || version === undefined) return
        answered.set(key, Math.max(version, answered.get(key) ?? 0))
        writes += 1
        if (writes === enough) child!.kill('SIGKILL')
      })
      child!.send({ task: 'write', path, prefix: `round-${round}` })
      await ended

      const store = sqliteStore(path)
      for (const [key, version] of answered) {
        const kept = await store.read(key)
        expect(kept?.version, `${key} was answered with version ${version}`).toBeGreaterThanOrEqual(version)
        expect(JSON.parse(kept!.data)).toEqual({ n: kept!.version })
      }
      await store.close()
    }
    expect(answered.size).toBeGreaterThanOrEqual(50)
  })
})
