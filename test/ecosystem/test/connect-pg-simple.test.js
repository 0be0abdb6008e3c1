/**
 * connect-pg-simple on a real PostgreSQL.
 */
'use strict'

const { after, before } = require('node:test')

const session = require('express-session')
const PostgresStore = require('connect-pg-simple')(session)
const { Pool } = require('pg')

const { engines } = require('../support/engines')
const { storeJob } = require('../support/store-job')

let server
before(async () => {
  const { startPostgres } = await engines
  server = await startPostgres()
})
after(() => server.stop())

storeJob(
  'connect-pg-simple',
  async () => {
    const pool = new Pool({ connectionString: server.url })
    const own = new Pool({ connectionString: server.url })
    return {
      open: () => new PostgresStore({ pool, createTableIfMissing: true, pruneSessionInterval: false }),
      read: async (id) => {
        const { rows } = await own.query(
          'SELECT sess, extract(epoch FROM expire) * 1000 AS deadline FROM session WHERE sid = $1',
          [id],
        )
        return rows[0] && { data: rows[0].sess, deadline: Number(rows[0].deadline) }
      },
      setDeadline: (id, deadline) =>
        own.query('UPDATE session SET expire = to_timestamp($2) WHERE sid = $1', [id, deadline / 1000]),
      breakMessage: /relation .*session.* does not exist/,
      breakFor: async () => {
        await own.query('ALTER TABLE session RENAME TO away')
        return () => own.query('ALTER TABLE away RENAME TO session')
      },
      close: () => Promise.all([pool.end(), own.end()]),
    }
  },
  { without: ['clear'] },
)
