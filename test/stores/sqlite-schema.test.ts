import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { loadEngine, type Connection } from '../../src/stores/sqlite/engine.js'
import { sqliteStore } from '../../src/stores/sqlite/index.js'
import { migrate } from '../../src/stores/sqlite/schema.js'
import { record, temporaryFolder } from './support.js'

const engine = loadEngine()
const newFile = (): string => join(temporaryFolder(), 'sessions.db')

function withFile<T>(path: string, use: (connection: Connection) => T): T {
  const connection = engine.open(path)
  try {
    return use(connection)
  } finally {
    connection.close()
  }
}

const versionIn = (path: string): unknown =>
  withFile(path, (file) =>
    file
      .prepare('SELECT version FROM coatcheck_schema')
      .all([])
      .map((row) => row['version']),
  )

describe('the schema', () => {
  it('of a new file has version 1', async () => {
    const path = newFile()
    await sqliteStore(path).close()
    expect(versionIn(path)).toEqual([1])
  })

  it('of a newer coatcheck is refused, and nothing is written', async () => {
    const path = newFile()
    await sqliteStore(path).close()
    withFile(path, (file) => file.exec('UPDATE coatcheck_schema SET version = 2'))
    expect(() => sqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_STORE_SHAPE', message: expect.stringContaining('version 2') }),
    )
    expect(versionIn(path)).toEqual([2])
  })

  it('lives beside the app’s own tables and leaves its version alone', async () => {
    const path = newFile()
    withFile(path, (file) => file.exec(`CREATE TABLE sessions (mine TEXT); PRAGMA user_version = 42`))
    const store = sqliteStore(path)
    await store.create('key', record())
    await store.close()
    withFile(path, (file) => {
      expect(file.prepare('PRAGMA user_version').get([])).toMatchObject({ user_version: 42 })
      expect(file.prepare('SELECT count(*) AS count FROM sessions').get([])).toMatchObject({ count: 0 })
    })
  })
})

function notesIn(file: Connection): unknown[] {
  return file
    .prepare('SELECT * FROM coatcheck_notes')
    .all([])
    .map(({ text, author }) => [text, author])
}

describe('a migration', () => {
  const first = 'CREATE TABLE coatcheck_notes (text)'
  const second = `ALTER TABLE coatcheck_notes ADD COLUMN author; UPDATE coatcheck_notes SET author = 'unknown'`
  it('runs the steps that the file has not had, once, and keeps what is in it', () => {
    const path = newFile()
    withFile(path, (file) => {
      migrate(file, [first])
      file.exec(`INSERT INTO coatcheck_notes VALUES ('kept')`)
      migrate(file, [first, second])
      migrate(file, [first, second])
      expect(notesIn(file)).toEqual([['kept', 'unknown']])
    })
    expect(versionIn(path)).toEqual([2])
  })

  it('that fails leaves the file as it was', () => {
    const path = newFile()
    withFile(path, (file) => {
      migrate(file, [first])
      file.exec(`INSERT INTO coatcheck_notes VALUES ('kept')`)
      expect(() => migrate(file, [first, second, 'CREATE TABLE coatcheck_notes (again)'])).toThrow(/already exists/)
      expect(notesIn(file)).toEqual([['kept', undefined]])
    })
    expect(versionIn(path)).toEqual([1])
  })
})
