/**
 * memorystore, whose records live in the process.
 */
'use strict'

const session = require('express-session')
const MemoryStore = require('memorystore')(session)

const { storeJob } = require('../support/store-job')

storeJob(
  'memorystore',
  () => {
    const store = new MemoryStore({ noDisposeOnSet: true })
    // Every site of the tests listens for 'connect' and 'disconnect' on this one store.
    store.setMaxListeners(0)
    return {
      open: () => store,
      read: (id) =>
        new Promise((resolve, reject) => {
          store.get(id, (error, data) => (error ? reject(error) : resolve(data ? { data } : undefined)))
        }),
      close: () => store.stopInterval(),
    }
  },
  { without: ['sharing', 'deadlines', 'errors'] },
)
