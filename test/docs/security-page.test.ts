/**
 * docs/security.md names tests. Each must be there, and must name the advisory that it is named for.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { read, root } from './pages.js'

const page = 'docs/security.md'
const rows = read(page)
  .split('\n')
  .filter((line) => /(?:CVE-\d{4}|GHSA-)/.test(line))

/** The files of tests that a row links to, as one text. */
function testsOf(row: string): string {
  const files = [...row.matchAll(/\]\((\.\.\/test\/[^)]+)\)/g)].map(([, file]) => join(root, dirname(page), file!))
  expect(files).not.toEqual([])
  return files.map((file) => readFileSync(file, 'utf8')).join('\n')
}

describe('the advisories of others in docs/security.md', () => {
  it.each(rows.map((row) => [row.split('|')[1]!.trim(), row]))(
    '%s: named in the tests that its row leads to',
    (_name, row) => {
      const text = testsOf(row)
      const advisories = row.match(/CVE-\d{4}-\d+|GHSA(?:-[a-z0-9]{4}){3}/g)!
      expect(advisories.filter((advisory) => !text.includes(advisory))).toEqual([])
    },
  )

  it('are all that the tests name', () => {
    const named = new Set(rows.flatMap((row) => row.match(/CVE-\d{4}-\d+/g)!))
    expect(named.size).toBeGreaterThan(25)
  })
})
