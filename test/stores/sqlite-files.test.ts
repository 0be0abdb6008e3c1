import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

import { describe, expect, it } from 'vitest'

import { sqliteStore, type SqliteStoreOptions } from '../../src/stores/sqlite/index.js'
import { engines } from './sqlite-engines.js'
import { record, temporaryFolder } from './support.js'

const run = promisify(execFile)
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

describe('the file', () => {
  it('is created with its folders, and only its owner can read it, whatever the umask', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'var/lib/sessions.db')
    const umask = process.umask(0)
    const store = sqliteStore(path)
    await store.create('key', record())
    process.umask(umask)
    expect(mode(join(folder, 'var'))).toBe('700')
    const files = readdirSync(join(folder, 'var/lib')).sort()
    expect(files).toEqual(['sessions.db', 'sessions.db-shm', 'sessions.db-wal'])
    expect(files.map((file) => mode(join(folder, 'var/lib', file)))).toEqual(['600', '600', '600'])
    await store.close()
  })

  it('keeps the permissions it has when it is there', async () => {
    const path = join(temporaryFolder(), 'sessions.db')
    writeFileSync(path, '')
    chmodSync(path, 0o640)
    await sqliteStore(path).close()
    expect(mode(path)).toBe('640')
  })

  it('keeps its records when it is closed and opened again', async () => {
    const path = join(temporaryFolder(), 'sessions.db')
    const kept = record({ data: '{"cart":["mug"]}', attributes: '{"a":1}', userId: 'ann', version: 7 })
    const first = sqliteStore(path)
    await first.create('key', kept)
    await first.close()
    const second = sqliteStore(path)
    expect(await second.read('key')).toEqual(kept)
    expect(await second.listByUser('ann')).toEqual([{ key: 'key', record: kept }])
    await second.close()
  })

  it.each(engines)('is all there is to copy once %s has closed it', async (engine) => {
    const path = join(temporaryFolder(), 'sessions.db')
    const store = sqliteStore({ path, engine })
    await store.create('key', record())
    await store.close()
    const copy = join(temporaryFolder(), 'copy.db')
    copyFileSync(path, copy)
    const copied = sqliteStore(copy)
    expect(await copied.read('key')).toMatchObject(record())
    await copied.close()
  })

  it('can be named by a file: URL', async () => {
    const path = join(temporaryFolder(), 'with space.db')
    await sqliteStore(pathToFileURL(path)).close()
    expect(existsSync(path)).toBe(true)
  })

  it('is none with :memory:, and each store has its own', async () => {
    const [one, other] = [sqliteStore(':memory:'), sqliteStore(':memory:')]
    await one.create('key', record())
    expect(await other.read('key')).toBeUndefined()
    await one.close()
    await other.close()
    expect(existsSync(':memory:')).toBe(false)
  })

  it('that is no database is refused, and left as it is', () => {
    const path = join(temporaryFolder(), 'notes.txt')
    writeFileSync(path, 'not a database, '.repeat(100))
    expect(() => sqliteStore(path)).toThrow(/not a database/)
    expect(statSync(path).size).toBe(1_600)
  })
})

describe('options', () => {
  const refused: readonly (readonly [string, unknown])[] = [
    ['path', ''],
    ['path', { path: undefined }],
    ['path', 'file:sessions.db'],
    ['path', 'libsql://example.com'],
    ['path', new URL('https://example.com/sessions.db')],
    ['synchronous', { path: ':memory:', synchronous: 'sometimes' }],
    ['busyTimeout', { path: ':memory:', busyTimeout: -1 }],
    ['busyTimeout', { path: ':memory:', busyTimeout: Number.NaN }],
    ['engine', { path: ':memory:', engine: 'sqlite3' }],
  ]
  it.each(refused)('%s: %j is refused with what to write instead', (name, options) => {
    expect(() => sqliteStore(options as SqliteStoreOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION', message: expect.stringContaining(`sqliteStore: ${name}`) }),
    )
  })

  it.each(['off', 'normal', 'full'] as const)('synchronous %s keeps records', async (synchronous) => {
    const store = sqliteStore({ path: join(temporaryFolder(), 'sessions.db'), synchronous })
    expect(await store.create('key', record())).toBe(true)
    expect(await store.read('key')).toMatchObject(record())
    await store.close()
  })
})

/** An app that has coatcheck and nothing else but what `packages` says. */
function app(packages: Readonly<Record<string, { version: string; code: string }>> = {}): string {
  const folder = temporaryFolder()
  const home = join(folder, 'node_modules/coatcheck')
  cpSync(join(import.meta.dirname, '../../dist'), join(home, 'dist'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"name":"coatcheck","type":"module"}')
  for (const [name, { version, code }] of Object.entries(packages)) {
    mkdirSync(join(folder, 'node_modules', name))
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }))
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), code)
  }
  return folder
}

async function openIn(
  folder: string,
  engine: string | undefined,
  flags: readonly string[] = [],
): Promise<{ code: string; message: string }> {
  const script = `
    const { sqliteStore } = await import('coatcheck/dist/stores/sqlite/index.js')
    try {
      sqliteStore({ path: ':memory:', engine: ${JSON.stringify(engine)} }).close()
      console.log('{}')
    } catch ({ code, message }) {
      console.log(JSON.stringify({ code, message }))
    }`
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '-e', script], { cwd: folder })
  return JSON.parse(stdout) as { code: string; message: string }
}

describe('the engine', () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const hasNodeSqlite = major > 22 || (major === 22 && minor >= 13)

  it('is node:sqlite where there is one', async () => {
    const store = sqliteStore(':memory:')
    expect(store.engine === 'node:sqlite').toBe(hasNodeSqlite)
    await store.close()
  })

  it('can be asked for by name', async () => {
    const store = sqliteStore({ path: ':memory:', engine: 'libsql' })
    expect(store.engine).toBe('libsql')
    await store.close()
  })

  it('that is missing is an error that names all three and the command to install one', async () => {
    const { code, message } = await openIn(app(), undefined, hasNodeSqlite ? ['--no-experimental-sqlite'] : [])
    expect(code).toBe('ERR_SESSION_ENGINE_MISSING')
    for (const part of ['node:sqlite', 'better-sqlite3', 'libsql', process.version, 'npm install libsql']) {
      expect(message).toContain(part)
    }
  })

  it('that was asked for and is missing is an error, even if there is another', async () => {
    const { code, message } = await openIn(app(), 'libsql')
    expect(code).toBe('ERR_SESSION_ENGINE_MISSING')
    expect(message).toContain('needs libsql')
  })

  it('that was installed without its native part is passed over', async () => {
    const halfInstalled = {
      version: '12.0.0',
      code: `module.exports = class { constructor() { throw new Error('no bindings') } }`,
    }
    const { code, message } = await openIn(app({ 'better-sqlite3': halfInstalled }), 'better-sqlite3')
    expect(code).toBe('ERR_SESSION_ENGINE_MISSING')
    expect(message).toContain('better-sqlite3: no bindings')
  })

  it('better-sqlite3 13, which crashes an older Node, is loaded by a newer one alone', async () => {
    const crashing = { version: '13.0.1', code: 'process.abort()' }
    const opening = openIn(app({ 'better-sqlite3': crashing }), 'better-sqlite3')
    if (major > 22 || (major === 22 && minor >= 14)) {
      await expect(opening).rejects.toMatchObject({ signal: 'SIGABRT' })
      return
    }
    const { code, message } = await opening
    expect(code).toBe('ERR_SESSION_ENGINE_MISSING')
    expect(message).toContain('version 13.0.1 needs Node 22.14 or newer; version 12 runs here')
  })
})
