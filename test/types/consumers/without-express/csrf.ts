import { createServer } from 'node:http'
import { coatcheck } from 'express-session'
import { csrf } from 'express-session/csrf'

const sessions = coatcheck({ secret: 'x' })
const guard = csrf({ tokens: { sessions } })
createServer((req, res) => {
  sessions(req, res, () => {
    guard(req, res, (error) => res.end(error?.reason ?? guard.token(req)))
  })
})
