import { createServer } from 'node:http'
import express from 'express'
import session, { coatcheck } from 'express-session'
import { inspector, type Inspector, type InspectorOptions } from 'express-session/inspector'

const sessions = coatcheck({ secret: 'x' })
const app = express()
app.use('/_sessions', inspector(sessions))
app.use(
  '/_sessions',
  // Without a word about it the request is Node's, and with one it is whose the app says.
  inspector(sessions, { authorize: async (req) => (await sessions.peek(req))?.userId === 'ada' && req.url !== '/' }),
  inspector(session({ secret: 'x' }), { authorize: (req: express.Request) => req.ip === '127.0.0.1', trace: true }),
)
export const options: InspectorOptions<express.Request> = { redact: ['a', /b/], path: '/ops' }
export const other: InspectorOptions<express.Request> = { redact: (path, value) => path[0] === 'a' && value === 1 }
// @ts-expect-error no boolean
inspector(sessions, { authorize: () => 'yes' })
// @ts-expect-error no option
inspector(sessions, { allow: true })
// @ts-expect-error no mounted object
inspector({})

const page: Inspector = inspector(sessions)
createServer((req, res) => page(req, res, () => sessions(req, res, () => res.end())))
createServer(page)
page.close()
