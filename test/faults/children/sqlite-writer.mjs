/**
 * A server process that writes until it is killed, and says which of its writes were acknowledged.
 */
import { coatcheck } from 'coatcheck'
import { sqliteStore } from 'coatcheck/stores/sqlite'

process.on('message', async ({ path, secret, cookies }) => {
  const sessions = coatcheck({ secret, store: sqliteStore(path) })
  const serve = async (cookie, visitor) => {
    for (;;) {
      const req = { method: 'GET', url: '/', headers: { cookie } }
      await sessions.read(req)
      const n = await sessions.update(req, (data) => (data.n += 1))
      process.send({ visitor, n })
    }
  }
  await Promise.all(cookies.map(serve))
})
process.send('ready')
