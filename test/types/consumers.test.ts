/**
 * Apps of all kinds compile against the packed package, with the compilers and settings that apps have: under the alias
 * `express-session` and under its own name, with every form of import and of augmentation that is in use.
 *
 * The folder `consumers/existing` holds what apps of express-session write today. It compiles against @types/express-session as well, or it
 * would prove nothing.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, removeFolder, temporaryFolder, type PackedPackage } from '../package/packed.js'
import { compile, packageFolder, type Compiler, type CompilerOptions, type Project } from './project.js'

let packed: PackedPackage
let place: string
let projects = 0

beforeAll(async () => {
  packed = await packPackage()
  place = await temporaryFolder('types')
})

afterAll(async () => {
  await packed.remove()
  await removeFolder(place)
})

const alias = 'express-session'
const ownName = 'coatcheck'
// Installed here under a name at which no test of this project finds it by accident.
const typesOfExpressSession = ['@types/express-session', { link: packageFolder('types-express-session') }] as const
const commonTypes = [
  '@types/node',
  '@types/express',
  '@types/express-serve-static-core',
  '@types/qs',
  '@types/passport',
] as const

interface Setting {
  readonly name: string
  readonly type?: 'commonjs' | 'module'
  readonly options: CompilerOptions
  readonly sources: readonly string[]
}

const imports = 'existing/default-import'
const requires = 'existing/require'
const namespace = 'existing/namespace'
const javascript = 'existing/javascript'
const checkJs = { allowJs: true, checkJs: true }

const node10: Setting = {
  name: 'module commonjs, moduleResolution node10, esModuleInterop',
  options: { ...checkJs, module: 'commonjs', moduleResolution: 'node', esModuleInterop: true },
  sources: [imports, requires, javascript, 'modern'],
}
const node10WithoutInterop: Setting = {
  name: 'module commonjs, moduleResolution node10, no esModuleInterop',
  options: { module: 'commonjs', moduleResolution: 'node' },
  sources: [requires, namespace],
}
const node16: Setting = {
  name: 'module node16, a CommonJS app',
  options: { module: 'node16' },
  sources: [imports, requires, 'modern'],
}
const nodenextCommonJs: Setting = {
  name: 'module nodenext, a CommonJS app',
  options: { ...checkJs, module: 'nodenext' },
  sources: [imports, requires, javascript, 'modern'],
}
const nodenextEsm: Setting = {
  name: 'module nodenext, an ECMAScript app',
  type: 'module',
  options: { module: 'nodenext' },
  sources: [imports, 'modern'],
}
const bundler: Setting = {
  name: 'module esnext, moduleResolution bundler',
  type: 'module',
  options: { module: 'esnext', moduleResolution: 'bundler' },
  sources: [imports, 'modern'],
}
const preserve: Setting = {
  name: 'module preserve',
  options: { module: 'preserve' },
  sources: [imports, requires, 'modern'],
}
const commonJsBundler: Setting = {
  name: 'module commonjs, moduleResolution bundler',
  options: { module: 'commonjs', moduleResolution: 'bundler' },
  sources: [imports, requires, 'modern'],
}

/** Checks what the libraries declare as well, which tells our own mistakes. Twice the work, so not everywhere. */
function checkingLibraries(setting: Setting): Setting {
  return {
    ...setting,
    name: `${setting.name}, libraries checked`,
    options: { ...setting.options, skipLibCheck: false },
  }
}

// TypeScript 7 knows neither node10 nor a life without esModuleInterop, and includes no types by itself.
const matrix: readonly (readonly [Compiler, readonly Setting[]])[] = [
  [
    'typescript-5.0',
    [checkingLibraries(node10), node10WithoutInterop, checkingLibraries(node16), nodenextEsm, bundler],
  ],
  [
    'typescript-5.9',
    [
      node10,
      node10WithoutInterop,
      checkingLibraries(nodenextCommonJs),
      nodenextEsm,
      checkingLibraries(bundler),
      preserve,
    ],
  ],
  [
    'typescript',
    [commonJsBundler, node16, nodenextCommonJs, nodenextEsm, bundler, preserve].map((setting) =>
      checkingLibraries(setting),
    ),
  ],
]

function optionsFor(compiler: Compiler, options: CompilerOptions): CompilerOptions {
  return { skipLibCheck: true, ...(compiler === 'typescript' ? { types: ['node'] } : {}), ...options }
}

/** What the compiler says of the sources under one setting, with the package installed as `importedAs`. */
async function output(
  compiler: Compiler,
  { type = 'commonjs', options, sources }: Setting,
  { importedAs = alias, installed }: { importedAs?: string; installed?: Project['installed'] } = {},
): Promise<string> {
  projects += 1
  const folder = join(place, String(projects))
  await mkdir(folder)
  return compile({
    folder,
    compiler,
    type,
    sources,
    importedAs,
    options: optionsFor(compiler, options),
    installed: installed ?? [...commonTypes, [importedAs, { copy: packed.folder }]],
  })
}

// Compilers wait for a core each, and cores may be busy.
const patience = 180_000

describe.each(matrix)('with %s', (compiler, settings) => {
  it.concurrent.each(settings)('an app compiles: $name', { timeout: patience }, async (setting) => {
    expect(await output(compiler, setting)).toBe('')
  })
})

describe('under its own name', () => {
  it.concurrent.each([
    { compiler: 'typescript-5.0', setting: node10 },
    { compiler: 'typescript-5.9', setting: nodenextCommonJs },
    { compiler: 'typescript', setting: checkingLibraries(nodenextEsm) },
    { compiler: 'typescript', setting: checkingLibraries(bundler) },
  ] as const)('with $compiler an app compiles: $setting.name', { timeout: patience }, async ({ compiler, setting }) => {
    expect(await output(compiler, setting, { importedAs: ownName })).toBe('')
  })
})

describe('an app of its own kind', () => {
  const kinds = [
    { kind: 'puts sessions on http.IncomingMessage', sources: ['existing/websocket'] },
    { kind: 'puts sessions on the IncomingMessage of node:http', sources: ['existing/websocket-node'] },
    { kind: 'declares that a session holds anything', sources: ['existing/index-signature'] },
  ]

  it.concurrent.each(kinds)('that $kind compiles', { timeout: patience }, async ({ sources }) => {
    expect(await output('typescript-5.9', { ...node10, sources })).toBe('')
    expect(await output('typescript', { ...nodenextEsm, sources })).toBe('')
  })

  it.concurrent('without Express gets the requests of node:http', { timeout: patience }, async () => {
    const setting = checkingLibraries({ ...nodenextEsm, sources: ['without-express'] })
    const installed = ['@types/node', [alias, { copy: packed.folder }]] as const
    expect(await output('typescript-5.9', setting, { installed })).toBe('')
    expect(await output('typescript', setting, { installed })).toBe('')
  })

  it.concurrent('on Express 4 compiles', { timeout: patience }, async () => {
    const express = packageFolder('types-express-4')
    const core = packageFolder('@types/express-serve-static-core', express)
    const installed = [
      '@types/node',
      ['@types/passport', { copy: packageFolder('@types/passport') }],
      ['@types/express', { link: express }],
      ['@types/express-serve-static-core', { link: core }],
      [alias, { copy: packed.folder }],
    ] as const
    expect(await output('typescript-5.9', node10, { installed })).toBe('')
    expect(await output('typescript', checkingLibraries(nodenextEsm), { installed })).toBe('')
  })
})

describe('beside @types/express-session', () => {
  const both = [...commonTypes, typesOfExpressSession] as const

  it.concurrent('an app that kept it compiles', { timeout: patience }, async () => {
    const installed = [...both, [alias, { copy: packed.folder }]] as const
    expect(await output('typescript-5.9', node10, { installed })).toBe('')
    const included = { ...nodenextEsm, options: { ...nodenextEsm.options, types: ['*'] } }
    expect(await output('typescript', included, { installed })).toBe('')
  })

  it.concurrent(
    'an override of npm that puts this package in its place leaves nothing to skip',
    { timeout: patience },
    async () => {
      const installed = [
        ...commonTypes,
        ['@types/express-session', { copy: packed.folder }],
        [alias, { copy: packed.folder }],
      ] as const
      expect(await output('typescript-5.9', checkingLibraries(node10), { installed })).toBe('')
      expect(await output('typescript', checkingLibraries(nodenextEsm), { installed })).toBe('')
    },
  )

  it.concurrent('each side takes what is declared against the other', { timeout: patience }, async () => {
    const installed = [...both, [ownName, { copy: packed.folder }]] as const
    const same = { ...nodenextEsm, sources: ['same-types'] }
    expect(await output('typescript-5.0', same, { installed })).toBe('')
    expect(await output('typescript', same, { installed })).toBe('')
    expect(await output('typescript', { ...nodenextEsm, sources: ['augmented-apart'] }, { installed })).toBe('')
  })
})

describe('what stands for apps of today', () => {
  it.concurrent.each([
    { compiler: 'typescript-5.0', setting: { ...node10, sources: [imports, requires, javascript] } },
    { compiler: 'typescript-5.9', setting: node10WithoutInterop },
    { compiler: 'typescript', setting: { ...nodenextEsm, sources: [imports] } },
    { compiler: 'typescript', setting: { ...nodenextEsm, sources: ['existing/websocket'] } },
    { compiler: 'typescript', setting: { ...nodenextEsm, sources: ['existing/websocket-node'] } },
    { compiler: 'typescript', setting: { ...nodenextEsm, sources: ['existing/index-signature'] } },
  ] as const)(
    'compiles with $compiler against @types/express-session: $setting.sources',
    { timeout: patience },
    async ({ compiler, setting }) => {
      const genuine = { link: packageFolder('express-session') }
      const installed = [...commonTypes, typesOfExpressSession, [alias, genuine]] as const
      // Express's own types have no name that a declaration could give them, linked as they are here.
      const options = { ...setting.options, declaration: false }
      expect(await output(compiler, { ...setting, options }, { installed })).toBe('')
    },
  )
})
