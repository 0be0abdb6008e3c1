// @ts-check
/**
 * A vitest reporter that writes down how many tests passed, failed and were skipped, for whoever started vitest. What failed outside
 * of tests (a file that does not load, an error that nobody caught) is counted as a failure each.
 */
import { writeFileSync } from 'node:fs'

/** The environment variable that names the file to write. */
export const countsFile = 'VITEST_COUNTS_FILE'

/** @implements {Pick<import('vitest/reporters').Reporter, 'onTestRunEnd'>} */
export default class VitestCounts {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    const file = process.env[countsFile]
    if (file === undefined) return
    const counts = { passed: 0, failed: unhandled.length, skipped: 0 }
    for (const module of modules) {
      counts.failed += module.errors().length
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') counts.passed += 1
        else if (state === 'failed') counts.failed += 1
        else counts.skipped += 1
      }
    }
    writeFileSync(file, JSON.stringify(counts))
  }
}
