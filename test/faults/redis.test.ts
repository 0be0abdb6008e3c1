/**
 * Redis in trouble, under load. It writes each change to its log before it answers, so that a crash may cost nothing that was acknowledged.
 */
import { describe, expect, it, onTestFinished } from 'vitest'

import { redisStore } from '../../src/stores/redis/index.js'
import { temporaryFolder } from '../stores/support.js'
import { startRedis, type Engine } from '../support/engines.js'
import { recoversWithin, underLoad } from './support/layers.js'
import { unharmed } from './support/load.js'
import { startProxy } from './support/proxy.js'

/** With its files in a folder that outlives it. */
async function durableRedis(folder: string, port?: number): Promise<Engine> {
  const settings = ['--appendonly', 'yes', '--appendfsync', 'always', '--dir', folder]
  const engine = await startRedis(port === undefined ? { settings } : { settings, port })
  onTestFinished(() => engine.stop())
  return engine
}

const cases = [
  { onStoreError: 'fail', nearCache: false },
  { onStoreError: 'continue', nearCache: false },
  { onStoreError: 'fail', nearCache: true },
] as const

describe.each(cases)(
  'Redis under load, with onStoreError: $onStoreError, nearCache: $nearCache',
  ({ onStoreError, nearCache }) => {
    it('is killed and started again', async () => {
      const folder = temporaryFolder()
      const engine = await durableRedis(folder)
      const load = await underLoad(redisStore({ url: engine.url, nearCache }), onStoreError)
      engine.signal('SIGKILL')
      await load.untilEach('failures', 2)
      await durableRedis(folder, engine.port)
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })

    it('is stopped, and goes on', async () => {
      const engine = await durableRedis(temporaryFolder())
      const load = await underLoad(redisStore({ url: engine.url, nearCache }), onStoreError)
      engine.signal('SIGSTOP')
      await load.untilEach('failures', 3)
      engine.signal('SIGCONT')
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })

    it('is cut off in the middle of its replies', async () => {
      const engine = await durableRedis(temporaryFolder())
      const proxy = await startProxy(engine.port)
      const load = await underLoad(redisStore({ url: `redis://127.0.0.1:${proxy.port}`, nearCache }), onStoreError)
      for (let cut = 0; cut < 10; cut += 1) {
        await proxy.cutReplies(1)
        await load.untilEach('successes', 1)
      }
      expect(await load.untilEach('successes', 5)).toBeLessThan(recoversWithin)
      expect(await load.stop()).toEqual(unharmed)
    })
  },
)
