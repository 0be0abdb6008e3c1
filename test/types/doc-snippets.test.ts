/**
 * What the documentation shows compiles against the packed package.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, removeFolder, root, temporaryFolder, type PackedPackage } from '../package/packed.js'
import { compile } from './project.js'

let packed: PackedPackage
let place: string

beforeAll(async () => {
  packed = await packPackage()
  place = await temporaryFolder('snippets')
})

afterAll(async () => {
  await packed.remove()
  await removeFolder(place)
})

describe.each(['docs/csrf.md', 'docs/stores/redis.md'])('%s', (page) => {
  it('has snippets that compile, each by itself', { timeout: 180_000 }, async () => {
    const text = await readFile(join(root, page), 'utf8')
    const snippets = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code!)
    expect(snippets.length).toBeGreaterThan(0)
    const folder = join(place, page.replaceAll(/\W/g, '-'))
    await mkdir(join(folder, 'snippets'), { recursive: true })
    for (const [index, code] of snippets.entries()) {
      await writeFile(join(folder, 'snippets', `${index + 1}.ts`), `${code}\nexport {}\n`)
    }
    const said = await compile({
      folder,
      compiler: 'typescript',
      type: 'module',
      // The browser's side of an app is shown as well. Express's own types have no name that a declaration could give them, linked as they are.
      options: { module: 'nodenext', lib: ['es2022', 'dom'], types: ['node'], skipLibCheck: true, declaration: false },
      sources: [],
      include: ['snippets'],
      importedAs: 'coatcheck',
      installed: [
        '@types/node',
        '@types/express',
        '@types/express-serve-static-core',
        '@types/qs',
        'redis',
        ['coatcheck', { copy: packed.folder }],
      ],
    })
    expect(said).toBe('')
  })
})
