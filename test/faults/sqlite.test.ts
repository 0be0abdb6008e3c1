/**
 * A process that is killed with -9 in the middle of its writes to SQLite: what it acknowledged is there, and the file opens at once.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { coatcheck, type Sessions } from '../../src/index.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { ask } from '../races/support/requests.js'
import { temporaryFolder } from '../stores/support.js'

const secret = 'sessions in trouble are signed with this'

describe('a process killed with -9 while it writes to SQLite', () => {
  it.each([1, 2, 3])('loses no acknowledged write, and leaves a file that opens (round %i)', async () => {
    const path = join(temporaryFolder(), 'sessions.db')
    const before = open(path)
    const cookies = await Promise.all(Array.from({ length: 8 }, () => arrive(before)))
    await before.close()

    const acknowledged = await writeUntilKilled(path, cookies, 400)

    const began = performance.now()
    const after = open(path)
    const found = await Promise.all(cookies.map((cookie) => counterOf(after, cookie)))
    expect(performance.now() - began).toBeLessThan(2000)
    const lost = found.filter((n, visitor) => !(n >= acknowledged[visitor]!))
    expect(lost).toEqual([])
    await after.close()
  })
})

function open(path: string): Sessions {
  return coatcheck({ secret, store: sqliteStore(path) })
}

async function arrive(sessions: Sessions): Promise<string> {
  const reply = await ask(sessions, undefined, async ({ session }) => void (session.n = 0), fail)
  return reply.setCookie!
}

async function counterOf(sessions: Sessions, cookie: string): Promise<number> {
  let n: unknown
  await ask(sessions, cookie, async ({ session }) => void (n = session.n), fail)
  return Number(n)
}

function fail(error: unknown): never {
  throw error
}

/** The highest counter that each visitor was told of, when the child was killed after this many acknowledgements. */
async function writeUntilKilled(path: string, cookies: readonly string[], writes: number): Promise<number[]> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'children/sqlite-writer.mjs'))
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  const acknowledged = cookies.map(() => 0)
  let seen = 0
  child.on('message', ({ visitor, n }: { visitor: number; n: number }) => {
    acknowledged[visitor] = n
    if ((seen += 1) === writes) child.kill('SIGKILL')
  })
  const closed = once(child, 'close')
  child.send({ path, secret, cookies })
  await closed
  return acknowledged
}
