/**
 * One subject's server, in a process of its own: `node server.mjs <subject> <row> [<engine> <its URL>]`. Told over the IPC channel to
 * report its CPU time, and to record a profile.
 */
import express from 'express'
import { Session as Inspector } from 'node:inspector/promises'
import { engines } from './engines.mjs'
import { firstViews, rows, visitorData } from './rows.mjs'
import { subjectsOn } from './subjects.mjs'

const [, , subjectName, rowName, engineName, url] = process.argv
const subject = subjectsOn(engines.find(({ name }) => name === engineName)).find(({ name }) => name === subjectName)
const row = rows.find(({ name }) => name === rowName)

const app = express()
const middleware = await subject.middleware(row, url)
if (middleware !== undefined) app.use(middleware)

if (subject.sessionless) {
  let views = firstViews
  app.get('/read', (_req, res) => {
    res.send(String(views))
  })
  app.get('/write', (_req, res) => {
    views += 1
    res.send(String(views))
  })
} else {
  const data = JSON.stringify(visitorData(row.bytes))
  app.get('/arrive', (req, res) => {
    Object.assign(req.session, JSON.parse(data), { views: firstViews })
    res.send('welcome')
  })
  app.get('/read', (req, res) => {
    res.send(String(req.session.views ?? 0))
  })
  app.get('/write', (req, res) => {
    req.session.views = (req.session.views ?? 0) + 1
    res.send(String(req.session.views))
  })
}

let inspector
const commands = {
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  async profile() {
    inspector = new Inspector()
    inspector.connect()
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 })
    await inspector.post('Profiler.start')
  },
  async endProfile() {
    const { profile } = await inspector.post('Profiler.stop')
    inspector.disconnect()
    return profile
  },
}

// The last process of a benchmark that was broken off must not live on.
process.on('disconnect', () => process.exit())
process.on('message', async (command) => {
  process.send({ answer: await commands[command]() })
})

const server = app.listen(0, '127.0.0.1', () => process.send({ answer: server.address().port }))
// The connections of a subject rest while the others have their turn.
server.keepAliveTimeout = 600_000
