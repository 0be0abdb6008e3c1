import express from 'express'
import session from 'express-session'

declare module 'express-session' {
  interface SessionData {
    [key: string]: any
  }
}

const app = express()
app.use(session({ secret: 'x' }))
app.get('/', (req, res) => {
  req.session.anything = { at: Date.now() }
  req.session['and everything'] = 1
  res.json({ at: req.session.anything.at, maxAge: req.session.cookie.maxAge })
  req.session.destroy((err) => err)
})
