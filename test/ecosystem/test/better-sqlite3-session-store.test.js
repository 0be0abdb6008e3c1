/**
 * better-sqlite3-session-store on a SQLite file, through libsql, which has better-sqlite3's interface and needs no compiler.
 */
'use strict'

const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')

const session = require('express-session')
const SqliteStore = require('better-sqlite3-session-store')(session)
const Database = require('libsql')

const { storeJob } = require('../support/store-job')

storeJob('better-sqlite3-session-store', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-sqlite-'))
  const connections = []
  const connect = () => {
    const connection = new Database(path.join(folder, 'sessions.db'))
    connections.push(connection)
    return connection
  }
  const client = connect()
  const own = connect()
  return {
    open: () => withoutTimers(() => new SqliteStore({ client })),
    read: (id) => {
      const row = own.prepare('SELECT sess, expire FROM sessions WHERE sid = ?').get(id)
      return row && { data: JSON.parse(row.sess), deadline: Date.parse(row.expire) }
    },
    setDeadline: (id, deadline) =>
      own.prepare('UPDATE sessions SET expire = ? WHERE sid = ?').run(new Date(deadline).toISOString(), id),
    breakMessage: /no such table/,
    breakFor: () => {
      own.exec('ALTER TABLE sessions RENAME TO away')
      return () => own.exec('ALTER TABLE away RENAME TO sessions')
    },
    close: () => {
      for (const connection of connections) connection.close()
      rmSync(folder, { recursive: true })
    },
  }
})

/** The store starts an interval that nothing can stop and that would keep this process alive. */
function withoutTimers(make) {
  const { setInterval } = globalThis
  globalThis.setInterval = (...args) => setInterval(...args).unref()
  try {
    return make()
  } finally {
    globalThis.setInterval = setInterval
  }
}
