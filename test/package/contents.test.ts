/**
 * What is in the published package, and what is not.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, root, type ExportTarget, type PackedPackage } from './packed.js'

let packed: PackedPackage

beforeAll(async () => {
  packed = await packPackage()
})

afterAll(() => packed.remove())

/** The files that an export may lead to under this condition. */
function targets(target: ExportTarget, condition: string): string[] {
  if (typeof target === 'string') return []
  return Object.entries(target).flatMap(([name, value]) => {
    if (name === condition && typeof value === 'string') return [value]
    return targets(value, condition)
  })
}

function exported(condition: 'import' | 'require', leaf: 'types' | 'default'): string[] {
  const found = Object.values(packed.manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : targets(entry[condition] ?? {}, leaf),
  )
  return [...new Set(found)].map((file) => file.replace('./', '')).sort()
}

function filesLike(pattern: RegExp): string[] {
  return packed.files.filter((file) => pattern.test(file))
}

/** Every file of these kinds with its text. */
async function textsOf(pattern: RegExp): Promise<{ file: string; text: string }[]> {
  return Promise.all(
    filesLike(pattern).map(async (file) => ({ file, text: await readFile(join(packed.folder, file), 'utf8') })),
  )
}

/** The packages that the code names in its imports; examples in comments do not count. */
function importedPackages(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const specifiers = [...code.matchAll(/(?:\bfrom\s+|\bimport\s+|\brequire\(|\bimport\()['"]([^'"]+)['"]/g)].map(
    ([, name]) => name!,
  )
  return specifiers
    .filter((name) => !name.startsWith('.') && !name.startsWith('node:') && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
}

function conditions(types: RegExp, code: RegExp): object {
  return { types: expect.stringMatching(types) as unknown, default: expect.stringMatching(code) as unknown }
}

describe('the export map', () => {
  it('leads to files that are there', () => {
    for (const leaf of ['types', 'default'] as const) {
      for (const condition of ['import', 'require'] as const) {
        expect(exported(condition, leaf).filter((file) => !packed.files.includes(file))).toEqual([])
      }
    }
    expect(packed.files).toContain(packed.manifest.main.replace('./', ''))
    expect(packed.files).toContain(packed.manifest.types.replace('./', ''))
  })

  it('has types and code for import and for require in every entry', () => {
    const both = {
      import: conditions(/\.d\.ts$/, /\.js$/),
      require: conditions(/\.d\.cts$/, /\.cjs$/),
    }
    const { './package.json': manifest, ...entries } = packed.manifest.exports
    expect(manifest).toBe('./package.json')
    expect(entries).toEqual(Object.fromEntries(Object.keys(entries).map((entry) => [entry, both])))
    // TypeScript takes the first condition that fits.
    const order = Object.values(entries).flatMap((entry) =>
      Object.values(entry).map((target) => Object.keys(target as object)),
    )
    expect(order).toEqual(order.map(() => ['types', 'default']))
  })

  it('exports every entry point that was built', () => {
    const entryPoints = filesLike(
      /^dist\/(?:index|session\/[\w-]+|stores\/[\w-]+\/index|(?!stores|session)[\w-]+\/index)\.js$/,
    )
    expect(exported('import', 'default')).toEqual(entryPoints)
  })

  it('exports every file that was written for require, and every hand-written declaration', () => {
    expect(exported('require', 'default')).toEqual(filesLike(/^dist\/require\//))
    const declarations = [...exported('import', 'types'), ...exported('require', 'types')]
    expect(declarations.filter((file) => file.startsWith('dist/types/')).sort()).toEqual(filesLike(/^dist\/types\//))
  })

  it('has the same entries for a TypeScript that does not read it', () => {
    const { '.': _main, './package.json': _manifest, ...entries } = packed.manifest.exports
    const expected = Object.entries(entries).map(([entry, target]) => [entry, targets(target, 'types')[1]])
    expect(Object.keys(entries).map((entry) => [entry, byTypesVersions(entry.replace('./', ''))])).toEqual(expected)
  })
})

/** What `typesVersions` makes of a path: the first pattern that fits counts, as it does for TypeScript where prefixes are as long. */
function byTypesVersions(path: string): string | undefined {
  for (const [pattern, [file]] of Object.entries(packed.manifest.typesVersions['*'] ?? {})) {
    const [before = '', after] = pattern.split('*')
    if (after === undefined && path === pattern) return file
    if (after !== undefined && path.startsWith(before) && path.endsWith(after)) {
      return file?.replace('*', path.slice(before.length, path.length - after.length))
    }
  }
  return undefined
}

describe('the files', () => {
  it('are what was built, the manifest, the licence and the readme', () => {
    const others = packed.files.filter((file) => !file.startsWith('dist/'))
    expect(others).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(
      filesLike(/(?:^|\/)(?:test|tests|bench|demo|examples|scripts|node_modules)\/|\.test\.|\.map$|\.tsbuildinfo$/),
    ).toEqual([])
  })

  it('have a source each: nothing is left over from an earlier build', () => {
    const orphans = filesLike(/^dist\//).filter((file) => {
      const source = join(root, file.replace(/^dist/, 'src'))
      return !existsSync(source) && !existsSync(source.replace(/(?:\.d\.ts|\.js)$/, '.ts'))
    })
    expect(orphans).toEqual([])
  })

  it('do not tell where they were built', async () => {
    const texts = await textsOf(/./)
    expect(texts.filter(({ text }) => text.includes(root.replace(/[\\/]$/, ''))).map(({ file }) => file)).toEqual([])
  })

  it('stay small', () => {
    // With room for a store or two; a jump past it is a decision. The inspector, the command and the stores are most of it, and an app loads what it imports.
    expect(packed.packedBytes).toBeLessThan(400_000)
    expect(packed.unpackedBytes).toBeLessThan(1_500_000)
  })
})

describe('what it asks of others', () => {
  it('is four packages at run time, and nothing runs when it is installed', () => {
    const { dependencies, peerDependencies = {}, optionalDependencies, bundledDependencies, scripts } = packed.manifest
    // Each has its answer in docs/decisions.
    expect(Object.keys(dependencies ?? {}).sort()).toEqual(['bowser', 'cli-table3', 'commander', 'ms'])
    // The engines and drivers of stores are named, so that strict installers let the stores find them, and never installed by us.
    const { peerDependenciesMeta = {} } = packed.manifest
    expect(Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true)).toEqual([])
    expect(optionalDependencies ?? {}).toEqual({})
    expect(bundledDependencies ?? []).toEqual([])
    expect(Object.keys(scripts ?? {}).filter((name) => /^(?:pre|post)?install$|^prepare$/.test(name))).toEqual([])
  })

  it('has a version that satisfies the peer ranges of stores for express-session', () => {
    const [major, minor] = packed.manifest.version.split('.').map(Number)
    expect(major).toBe(1)
    expect(minor).toBeGreaterThanOrEqual(20)
  })

  it('loads few packages, each in one place, and the engines and drivers of stores where they are installed', async () => {
    const texts = await textsOf(/\.c?js$/)
    const rooms = texts.flatMap(({ file, text }) => {
      const [, room = ''] = /^dist\/(?:([\w-]+)\/)?/.exec(file)!
      return importedPackages(text).map((name) => `${room}: ${name}`)
    })
    const engines = ['stores: better-sqlite3', 'stores: libsql']
    expect([...new Set(rooms)].filter((name) => !engines.includes(name)).sort()).toEqual([
      'accounts: bowser',
      'cli: cli-table3',
      'cli: commander',
      'core: ms',
      'opentelemetry: @opentelemetry/api',
    ])
  })

  it('lets an app that imports it read nothing of the command line', async () => {
    const texts = await textsOf(/\.c?js$/)
    const outside = texts.filter(({ file }) => !file.startsWith('dist/cli/'))
    expect(outside.filter(({ text }) => /from '[^']*\/cli\//.test(text)).map(({ file }) => file)).toEqual([])
  })

  it('declares its types by itself: Express is the one package that they may look for', async () => {
    const declarations = await textsOf(/\.d\.c?ts$/)
    const imported = declarations.flatMap(({ file, text }) => importedPackages(text).map((name) => `${file}: ${name}`))
    // Those who instrument an app have OpenTelemetry, and nobody imports the command.
    const own = imported.filter((line) => !/^dist\/(?:cli|opentelemetry)\//.test(line))
    expect(own).toEqual(['dist/types/index.d.cts: express'])
  })
})
