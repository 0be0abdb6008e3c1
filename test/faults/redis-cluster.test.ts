/**
 * A Redis Cluster of three in trouble, under load, one master at a time: those whose sessions are on the others notice nothing, and those
 * whose are on it lose nothing that was acknowledged.
 */
import { describe, expect, it, onTestFinished } from 'vitest'

import { redisStore } from '../../src/stores/redis/index.js'
import { clusterClients } from '../stores/redis/clients.js'
import { startDurableCluster, type DurableMaster } from './support/cluster.js'
import { recoversWithin, underLoad, type OnStoreError } from './support/layers.js'
import { unharmed, type Load } from './support/load.js'

/** Enough for every master to have some, as a rule. */
const visitors = 12

interface LoadedCluster {
  readonly load: Load
  /** Those that keep sessions. */
  readonly masters: readonly DurableMaster[]
  /** The one that keeps the most, and how many. */
  readonly most: DurableMaster
  readonly hurt: number
}

async function loadedCluster(client: string, onStoreError: OnStoreError): Promise<LoadedCluster> {
  const cluster = await startDurableCluster()
  const opened = await clusterClients[client]!('127.0.0.1', cluster[0]!.wire.port)
  onTestFinished(() => void opened.end())
  const load = await underLoad(redisStore({ client: opened.client }), onStoreError, visitors)
  const counted = await Promise.all(cluster.map(async (master) => ({ master, sessions: await master.sessions() })))
  const keeping = counted.filter(({ sessions }) => sessions > 0).sort((a, b) => b.sessions - a.sessions)
  const { master: most, sessions: hurt } = keeping[0]!
  return { load, masters: keeping.map(({ master }) => master), most, hurt }
}

const cases = [
  { client: 'node-redis 6', onStoreError: 'fail' },
  { client: 'node-redis 6', onStoreError: 'continue' },
  { client: 'ioredis 6', onStoreError: 'fail' },
] as const

describe.each(cases)(
  'a Redis Cluster under load, with $client and onStoreError: $onStoreError',
  { timeout: 60_000 },
  (of) => {
    it('has one master killed and started again', async () => {
      const { load, most, hurt } = await loadedCluster(of.client, of.onStoreError)
      most.engine.signal('SIGKILL')
      await load.untilSome(hurt, 'failures', 2)
      await load.untilSome(visitors - hurt, 'successes', 5)
      await most.restart()
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })

    it('has one master stopped, which goes on', async () => {
      const { load, most, hurt } = await loadedCluster(of.client, of.onStoreError)
      most.engine.signal('SIGSTOP')
      await load.untilSome(hurt, 'failures', 3)
      await load.untilSome(visitors - hurt, 'successes', 5)
      most.engine.signal('SIGCONT')
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })

    it('is cut off in the middle of its replies', async () => {
      const { load, masters } = await loadedCluster(of.client, of.onStoreError)
      for (let cut = 0; cut < 9; cut += 1) {
        await masters[cut % masters.length]!.wire.cutReplies(1)
        await load.untilEach('successes', 1)
      }
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })
  },
)
