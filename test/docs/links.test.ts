/**
 * Links between pages lead somewhere.
 */
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

import { describe, expect, it } from 'vitest'

import { anchorsOf, linksOf, pagesUnder, read, root, snippetsOf } from './pages.js'

const pages = pagesUnder(
  'README.md',
  'ARCHITECTURE.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench',
  'demo',
  'docs',
  'examples',
)

/** What is wrong with a link, if anything is. */
function fault(page: string, text: string, link: string): string | undefined {
  if (/^(?:https?|mailto):/.test(link)) return undefined
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : normalize(join(dirname(page), path))
  if (target.startsWith('..') || !existsSync(join(root, target))) return `${link}: there is no ${target}`
  if (anchor === undefined) return undefined
  const anchors = anchorsOf(path === '' ? text : read(target))
  return anchors.has(anchor) ? undefined : `${link}: ${target} has no such heading`
}

describe.each(pages)('%s', (page) => {
  it('has links that lead to a page, and to a heading of it where they name one', () => {
    const text = read(page)
    expect(linksOf(text).flatMap((link) => fault(page, text, link) ?? [])).toEqual([])
  })
})

describe('a link', () => {
  const text =
    '# The `on` event, [and](more.md) more\n\n## Twice\n## Twice\n\n- a\n  ```md\n  # Not one\n    [x](gone.md)\n  ```\n[a](b.md#c) `[d](e)`\n'

  it('is looked for in prose alone', () => {
    expect(linksOf(text)).toEqual(['more.md', 'b.md#c'])
    expect(snippetsOf(text)).toEqual([{ language: 'md', code: '# Not one\n  [x](gone.md)\n', line: 7 }])
  })

  it('leads to headings as GitHub names them', () => {
    expect([...anchorsOf(text)]).toEqual(['the-on-event-and-more', 'twice', 'twice-1'])
  })

  it.each(['gone.md', '#gone', 'README.md#gone', '../outside.md'])('to %s is at fault', (link) => {
    expect(fault('README.md', '# Here', link)).toBeDefined()
  })

  it.each(['README.md#options', 'docs/', '#here', 'https://example.com/x'])('to %s is not', (link) => {
    expect(fault('README.md', '# Here', link)).toBeUndefined()
  })
})
