/**
 * Real engines for tests. A file that needs one starts one of its own, which takes 0.05 s (Redis) to 0.6 s (MariaDB), so that files
 * run side by side and a test may crash its engine. It is gone with the file, and with the process should that die.
 */
import { afterAll, beforeAll } from 'vitest'

import type { Engine, EngineOptions } from '../../scripts/lib/engines.mjs'

export type { Engine, EngineOptions, SqlEngine } from '../../scripts/lib/engines.mjs'
export {
  chromiumLaunchOptions,
  findValkey,
  startMariadb,
  startPgbouncer,
  startPostgres,
  startRedis,
  startValkey,
} from '../../scripts/lib/engines.mjs'

/** Runs an engine for the tests of this file, or of the `describe` it is called in: `const redis = useEngine(startRedis)`. */
export function useEngine<E extends Engine>(
  start: (options?: EngineOptions) => Promise<E>,
  options?: EngineOptions,
): () => E {
  let engine: E | undefined
  beforeAll(async () => {
    engine = await start(options)
  })
  afterAll(() => engine?.stop())
  return () => {
    if (engine === undefined) throw new Error('the engine runs while tests do, not before')
    return engine
  }
}
