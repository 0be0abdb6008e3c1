/**
 * What the tests of the stores share: temporary folders, records, and the conformance suite under vitest.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, expect, it } from 'vitest'

import type { SessionRecord } from '../../src/core/record.js'
import { storeConformance, type ConformanceOptions } from '../../src/testing/index.js'

export const start = Date.UTC(2026, 0, 1)
export const hour = 3_600_000

export function record(fields: Partial<SessionRecord> = {}): SessionRecord {
  return { data: '{"views":1}', version: 1, createdAt: start, expiresAt: start + hour, ...fields }
}

/** Declares one test for each check of the suite. */
export function itConforms(options: ConformanceOptions): void {
  it.each(storeConformance(options))('$name', async ({ run }) => {
    await expect(run()).resolves.toBeUndefined()
  })
}

const folders: string[] = []

/** A folder that is deleted after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-test-'))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
