/**
 * session-file-store, one file a session.
 */
'use strict'

const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const path = require('node:path')

const session = require('express-session')
const FileStore = require('session-file-store')(session)

const { storeJob } = require('../support/store-job')

storeJob(
  'session-file-store',
  () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-files-'))
    const file = (id) => path.join(folder, `${id}.json`)
    const read = (id) => (existsSync(file(id)) ? JSON.parse(readFileSync(file(id), 'utf8')) : undefined)
    return {
      open: () => new FileStore({ path: folder, retries: 0, reapInterval: -1, logFn() {} }),
      read: (id) => {
        const data = read(id)
        return data && { data, deadline: data.__lastAccess + data.cookie.originalMaxAge }
      },
      // It goes by the cookie's originalMaxAge since the last access.
      setDeadline: (id, deadline) => {
        const data = read(id)
        writeFileSync(file(id), JSON.stringify({ ...data, __lastAccess: deadline - data.cookie.originalMaxAge }))
      },
      close: () => rmSync(folder, { recursive: true }),
    }
  },
  { without: ['errors'] },
)
