/**
 * SQLite as it is mostly used: write-ahead log, a busy timeout, and the rest as it comes. The table is the store's.
 */
import { createRequire } from 'node:module'

export function openPlainly(path, engine) {
  const require = createRequire(import.meta.url)
  const Database = engine === 'node:sqlite' ? require('node:sqlite').DatabaseSync : require(engine)
  const database = new Database(path)
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = normal')
  database.exec(`
    CREATE TABLE IF NOT EXISTS coatcheck_sessions (
      id INTEGER PRIMARY KEY, key NOT NULL UNIQUE, version INTEGER NOT NULL, created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL, user_id, attributes, data NOT NULL
    );
    CREATE INDEX IF NOT EXISTS coatcheck_sessions_by_expiry ON coatcheck_sessions (expires_at)`)
  const prepare = (sql) => database.prepare(sql)
  const insert = prepare(`
    INSERT INTO coatcheck_sessions (key, data, expires_at, version, created_at) VALUES (?, ?, ?, 1, 0)`)
  const update = prepare('UPDATE coatcheck_sessions SET data = ?, expires_at = ?, version = version + 1 WHERE key = ?')
  const sweep = prepare('DELETE FROM coatcheck_sessions WHERE expires_at <= ?')
  return {
    exec: (sql) => database.exec(sql),
    create: (key, { data, expiresAt }) => insert.run(key, data, expiresAt),
    update: (key, { data, expiresAt }) => update.run(data, expiresAt, key),
    sweep: (now) => Number(sweep.run(now).changes),
    close: () => database.close(),
  }
}
