/**
 * What the documentation shows compiles against the packed package, as an app's own code would.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { packPackage, removeFolder, temporaryFolder, type PackedPackage } from '../package/packed.js'
import { compile } from '../types/project.js'
import { pagesUnder, read, root, snippetsOf, type Snippet } from './pages.js'

const compiled = ['ts', 'js']
/** Other fences are no code of an app: commands, SQL, what is printed. */
const others = ['', 'sh', 'sql', 'json', 'html', 'ini', 'yaml']

const pages = pagesUnder('README.md', 'docs')
const withCode = pages.filter((page) => snippetsOf(read(page)).some(({ language }) => compiled.includes(language)))

/** What snippets import, as an app that follows them has it installed. */
const packages = [
  '@opentelemetry/api',
  '@types/express',
  '@types/express-serve-static-core',
  '@types/node',
  '@types/pg',
  '@types/qs',
  '@types/ws',
  'express',
  'ioredis',
  'iovalkey',
  'pg',
  'redis',
  'socket.io',
  'ws',
]

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

/** Compiles snippets, each a module by itself, and answers what the compiler says, with the lines of the page. */
async function compileSnippets(title: string, snippets: readonly Snippet[]): Promise<string> {
  const folder = join(place, title.replaceAll(/\W/g, '-'))
  await mkdir(join(folder, 'snippets'), { recursive: true })
  await copyFile(join(import.meta.dirname, 'prelude.d.ts'), join(folder, 'snippets/prelude.d.ts'))
  for (const { language, code, line } of snippets) {
    // On the lines that they have in the page.
    await writeFile(join(folder, 'snippets', `${line}.${language}`), `${'\n'.repeat(line)}${code}\nexport {}\n`)
  }
  return compile({
    folder,
    compiler: 'typescript',
    type: 'module',
    options: {
      module: 'nodenext',
      // The browser's side of an app is shown as well.
      lib: ['es2022', 'dom'],
      types: ['node'],
      allowJs: true,
      checkJs: true,
      skipLibCheck: true,
      // Express's own types have no name that a declaration could give them, linked as they are.
      declaration: false,
      noEmit: true,
    },
    sources: [],
    include: ['snippets'],
    importedAs: 'coatcheck',
    installed: [
      ['coatcheck', { copy: packed.folder }],
      // Whose types look for those of express-session, under which name apps have coatcheck too.
      ['connect-redis', { copy: join(root, 'node_modules/connect-redis') }],
      ['express-session', { copy: packed.folder }],
      ...packages.map((name) => [name, { link: join(root, 'node_modules', name) }] as const),
    ],
  })
}

describe.each(withCode)('%s', (page) => {
  it('has snippets that compile, each by itself', { timeout: 180_000 }, async () => {
    const snippets = snippetsOf(read(page)).filter(({ language }) => compiled.includes(language))
    expect(await compileSnippets(page, snippets)).toBe('')
  })
})

describe('every page', () => {
  it.each(pages)('marks its code so that it is compiled: %s', (page) => {
    const languages = new Set(snippetsOf(read(page)).map(({ language }) => language))
    expect([...languages].filter((language) => ![...compiled, ...others].includes(language))).toEqual([])
  })

  it.each([
    ['ts', 'const sessions: string = coatcheck()'],
    ['js', "import { nothing } from 'coatcheck'"],
    ['js', 'const a = 1\na.toUpperCase()'],
  ])('would fail with a snippet that does not compile: %s', { timeout: 60_000 }, async (language, code) => {
    const said = await compileSnippets(`wrong ${code}`, [{ language, code, line: 7 }])
    expect(said).toContain(`snippets/7.${language}(${code.includes('\n') ? 9 : 8},`)
  })
})
