/**
 * PostgreSQL in trouble, under load: what the app was told is stored is stored, nobody waits longer than the deadline, nobody sees what is not his,
 * and the layer recovers by itself.
 */
import { describe, expect, it } from 'vitest'

import { postgresStore } from '../../src/stores/postgres/index.js'
import { startPostgres, useEngine } from '../support/engines.js'
import { recoversWithin, underLoad } from './support/layers.js'
import { unharmed } from './support/load.js'
import { crashChildren, signalAll } from './support/processes.js'
import { startProxy } from './support/proxy.js'

const postgres = useEngine(startPostgres)

const aMoment = (): Promise<false> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(false), 250)
  })

describe.each(['fail', 'continue'] as const)("PostgreSQL under load, with onStoreError: '%s'", (onStoreError) => {
  it('is killed, and recovers', async () => {
    const load = await underLoad(postgresStore({ url: postgres().url }), onStoreError)
    const hurt = load.untilEach('failures', 1).then(() => true)
    // Again until everybody has felt it: a visitor who asks for nothing at the moment of a crash does not notice it.
    let isHurt = false
    while (!isHurt) {
      crashChildren(postgres().pid)
      isHurt = await Promise.race([hurt, aMoment()])
    }
    expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
    expect(await load.stop()).toEqual(unharmed)
  })

  it('is stopped, and goes on', async () => {
    const load = await underLoad(postgresStore({ url: postgres().url }), onStoreError)
    signalAll(postgres().pid, 'SIGSTOP')
    try {
      await load.untilEach('failures', 3)
    } finally {
      signalAll(postgres().pid, 'SIGCONT')
    }
    expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
    expect(await load.stop()).toEqual(unharmed)
  })

  it('is cut off in the middle of its replies', async () => {
    const proxy = await startProxy(postgres().port)
    const url = postgres().url.replace(`:${postgres().port}`, `:${proxy.port}`)
    const load = await underLoad(postgresStore({ url }), onStoreError)
    await proxy.cutReplies(40)
    expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
    expect(await load.stop()).toEqual(unharmed)
  })
})
