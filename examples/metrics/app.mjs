/**
 * An app whose sessions are counted for Prometheus. `node examples/metrics/app.mjs`, then http://localhost:3000/ and http://localhost:3000/metrics.
 *
 * With OpenTelemetry it is one line instead: `instrument(sessions)` of coatcheck/opentelemetry.
 */
import { coatcheck } from 'coatcheck'
import express from 'express'
import { Counter, Histogram, Registry } from 'prom-client'

export const sessions = coatcheck({
  secret: process.env.SESSION_SECRET ?? 'only for this example, and for no other app',
})

const registry = new Registry()
const counter = (name, help, labelNames = []) => new Counter({ name, help, labelNames, registers: [registry] })

const created = counter('sessions_created_total', 'Sessions that were stored for the first time')
const ended = counter('sessions_ended_total', 'Sessions that ended', ['reason'])
const rejected = counter('session_cookies_rejected_total', 'Cookies that led to no session', ['reason'])
const storeCalls = new Histogram({
  name: 'session_store_call_seconds',
  help: 'How long the store took to answer',
  labelNames: ['operation', 'failed'],
  buckets: [0.0001, 0.001, 0.01, 0.1, 1, 5],
  registers: [registry],
})

// No label names a session or a user: each would be a series of its own, and none of a metric's business.
sessions.on('created', () => created.inc())
sessions.on('destroyed', () => ended.inc({ reason: 'destroyed' }))
sessions.on('revoked', ({ by }) => ended.inc({ reason: `revoked by ${by}` }))
sessions.on('expired', ({ timeout }) => ended.inc({ reason: `${timeout} timeout` }))
sessions.on('rejected', ({ reason }) => rejected.inc({ reason }))
sessions.on('storeCall', ({ operation, milliseconds, failed }) =>
  storeCalls.observe({ operation, failed: String(failed) }, milliseconds / 1000),
)

export const app = express()

/* oxlint-disable oxc/no-async-endpoint-handlers -- Express 5 passes what they throw to the error handlers */
// In front of the sessions, and for the metrics server alone: in production let a port of its own answer it.
app.get('/metrics', async (req, res) => {
  res.type(registry.contentType).send(await registry.metrics())
})

app.use(sessions)
app.get('/', (req, res) => {
  req.session.views = (req.session.views ?? 0) + 1
  res.send(`You have been here ${req.session.views} times.`)
})

if (process.argv[1] === import.meta.filename) app.listen(3000, () => console.log('http://localhost:3000'))
