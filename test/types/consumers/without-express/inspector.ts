import { createServer } from 'node:http'
import { coatcheck } from 'express-session'
import { inspector } from 'express-session/inspector'

const sessions = coatcheck({ secret: 'x' })
const page = inspector(sessions, { authorize: (req) => req.headers.host === 'localhost' })
createServer((req, res) => {
  page(req, res, () => sessions(req, res, () => res.end()))
})
