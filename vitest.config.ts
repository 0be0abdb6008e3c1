/**
 * The main test project. The ecosystem suite and the consumers of our types are projects of their own, with their own tools.
 */
import { availableParallelism } from 'node:os'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/ecosystem/**', 'test/types/consumers/**', '**/node_modules/**'],
    // Processes and not threads: tests load native modules, and start and kill servers.
    pool: 'forks',
    // Tests look at warnings as events; printed, hundreds of expected ones would hide one that is not.
    execArgv: ['--no-warnings'],
    // vitest leaves one core to itself, which of two is half.
    maxWorkers: Math.max(2, availableParallelism()),
    // Long enough for a loaded machine to start a browser or a database; nothing waits for it on purpose.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
  },
})
