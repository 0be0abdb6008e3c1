import express from 'express'
import passport from 'passport'
import session from 'express-session'

const app = express()
app.use(session({ secret: 'x', resave: false, saveUninitialized: false }))
app.use(passport.initialize())
app.use(passport.session())
passport.serializeUser<string>((user, done) => done(null, user.id))
passport.deserializeUser<string>((id, done) => done(null, { id }))
app.post('/sign-in', (req, res, next) => {
  req.logIn({ id: '1' }, { session: true, keepSessionInfo: true }, (err) => {
    if (err) return next(err)
    res.json({ user: req.user?.id, passport: req.session.passport?.user })
  })
})
app.post('/sign-out', (req, res, next) => {
  req.logout((err) => (err ? next(err) : req.session.destroy(() => res.end())))
})
