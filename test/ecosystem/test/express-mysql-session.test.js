/**
 * express-mysql-session on a real MariaDB.
 */
'use strict'

const { after, before } = require('node:test')

const session = require('express-session')
const MysqlStore = require('express-mysql-session')(session)
const mysql = require('mysql2/promise')

const { engines } = require('../support/engines')
const { storeJob } = require('../support/store-job')

let server
before(async () => {
  const { startMariadb } = await engines
  server = await startMariadb()
})
after(() => server.stop())

storeJob('express-mysql-session', async () => {
  const { host, port, user, database } = server
  const pool = mysql.createPool({ host, port, user, database })
  const own = mysql.createPool({ host, port, user, database })
  return {
    open: async () => {
      const store = new MysqlStore({ clearExpired: false, createDatabaseTable: true }, pool)
      await store.onReady()
      return store
    },
    read: async (id) => {
      const [rows] = await own.query('SELECT data, expires FROM sessions WHERE session_id = ?', [id])
      return rows[0] && { data: JSON.parse(rows[0].data), deadline: rows[0].expires * 1000 }
    },
    setDeadline: (id, deadline) =>
      own.query('UPDATE sessions SET expires = ? WHERE session_id = ?', [Math.round(deadline / 1000), id]),
    breakMessage: /sessions.* doesn't exist/,
    breakFor: async () => {
      await own.query('RENAME TABLE sessions TO away')
      return () => own.query('RENAME TABLE away TO sessions')
    },
    close: () => Promise.all([pool.end(), own.end()]),
  }
})
