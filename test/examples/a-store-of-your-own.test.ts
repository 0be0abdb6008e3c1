/**
 * The example of a store of one's own keeps the contract, and is as short as it says.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { SessionStore } from '../../src/index.js'
import { itConforms, record, temporaryFolder } from '../stores/support.js'

const file = join(import.meta.dirname, '../../examples/a-store-of-your-own/journal-store.mjs')
const { journalStore } = (await import(file)) as { journalStore(path: string): SessionStore }

const newPath = (): string => join(temporaryFolder(), 'sessions.journal')

describe('the example store', () => {
  itConforms({ open: () => journalStore(newPath()), sweepBatch: 1000 })

  it('has its sessions again after a restart, one that was killed in the middle of a line too', async () => {
    const path = newPath()
    const before = journalStore(path)
    await before.create('ann', record())
    await before.create('ben', record())
    await before.delete('ben')
    appendFileSync(path, '["eve",{"data":"{}","ver')
    const after = journalStore(path)
    expect(await after.read('ann')).toEqual(record())
    expect(await after.count()).toBe(1)
    await after.create('zoe', record())
    expect(await journalStore(path).count()).toBe(2)
  })

  it('is written in under 60 lines, and imports nothing but Node', () => {
    const text = readFileSync(file, 'utf8')
    expect(text.trimEnd().split('\n').length).toBeLessThan(60)
    expect([...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name)).toEqual(['node:fs'])
  })
})
