/**
 * Metrics and spans, read back from OpenTelemetry's own SDK.
 */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { coatcheck, type Sessions } from '../../src/index.js'
import { instrument } from '../../src/opentelemetry/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { site, Visitor } from '../http/support/site.js'

const secret = 'what is measured is signed with this secret'

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()))
afterAll(() => context.disable())

interface Point {
  readonly attributes: Record<string, unknown>
  readonly value: number | { readonly count: number; readonly sum?: number }
}

/** Something to measure with, and what was measured. */
function measuring() {
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1_000_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const spanExporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] })
  return {
    options: { meterProvider, tracerProvider },
    tracer: tracerProvider.getTracer('app'),
    spans: () => spanExporter.getFinishedSpans(),
    async points(): Promise<Record<string, readonly Point[]>> {
      metricExporter.reset()
      await meterProvider.forceFlush()
      const scopes = metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
      const found = scopes.flatMap(({ metrics }) => metrics)
      return Object.fromEntries(found.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints as Point[]]))
    },
  }
}

const unmoved = { secret, touchWindow: 0 }

async function visited(sessions: Sessions): Promise<Visitor> {
  const where = await site(sessions, async (req, res) => {
    if (req.url === '/set') req.session.views = 1
    if (req.url === '/in') await sessions.signIn(req, 'ann')
    if (req.url === '/out') await sessions.signOut(req)
    res.end()
  })
  return new Visitor(where)
}

function valueOf(points: readonly Point[] | undefined, attributes: object): unknown {
  return points?.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes))?.value
}

describe('metrics', () => {
  it('count what happens to sessions, by kind and never by whose', async () => {
    const { options, points } = measuring()
    const clock = fakeClock(Date.now())
    const sessions = coatcheck({ ...unmoved, clock })
    instrument(sessions, options)
    const visitor = await visited(sessions)
    for (const path of ['/set', '/', '/in', '/']) {
      clock.advance(1_000)
      await visitor.ask(path)
    }
    const other = await visited(sessions)
    await other.ask('/in')
    await sessions.revokeUser('ann', { except: (await sessions.list('ann'))[0]!.handle })
    await other.ask('/out')
    await visitor.ask('/', { headers: { cookie: 'session=made.up' } })

    const found = await points()
    expect(valueOf(found['coatcheck.session.created'], {})).toBe(3)
    expect(valueOf(found['coatcheck.sign_in'], { 'coatcheck.again': false })).toBe(2)
    expect(valueOf(found['coatcheck.session.write'], { 'coatcheck.write': 'deadline' })).toBe(2)
    expect(valueOf(found['coatcheck.session.ended'], { 'coatcheck.reason': 'revoked by user' })).toBe(1)
    expect(valueOf(found['coatcheck.session.ended'], { 'coatcheck.reason': 'destroyed' })).toBe(1)
    expect(valueOf(found['coatcheck.cookie.rejected'], { 'coatcheck.reason': 'signature' })).toBe(1)
    expect(JSON.stringify(found)).not.toMatch(/ann|handle/)
  })

  it('time the store, call by call, in seconds', async () => {
    const { options, points } = measuring()
    const sessions = coatcheck(unmoved)
    instrument(sessions, options)
    const visitor = await visited(sessions)
    await visitor.ask('/set')
    for (let visit = 0; visit < 5; visit += 1) await visitor.ask('/')
    const calls = (await points())['coatcheck.store.call.duration']
    const reads = valueOf(calls, { 'coatcheck.operation': 'read' }) as { count: number; sum: number }
    expect(reads.count).toBe(5)
    expect(reads.sum).toBeGreaterThan(0)
    expect(reads.sum).toBeLessThan(5)
  })

  it('tell a store that fails from one that answers', async () => {
    const { options, points } = measuring()
    const store = memoryStore()
    const sessions = coatcheck({ ...unmoved, store })
    instrument(sessions, options)
    const visitor = await visited(sessions)
    await visitor.ask('/set')
    store.close()
    await visitor.ask('/')
    const found = await points()
    expect(valueOf(found['coatcheck.store.failure'], { 'coatcheck.operation': 'read' })).toBe(1)
    expect(
      valueOf(found['coatcheck.store.call.duration'], { 'coatcheck.operation': 'read', 'error.type': 'store' }),
    ).toMatchObject({ count: 1 })
  })

  it('are told no more once it is stopped', async () => {
    const { options, points, spans } = measuring()
    const sessions = coatcheck(unmoved)
    const stop = instrument(sessions, options)
    const visitor = await visited(sessions)
    await visitor.ask('/set')
    stop()
    const before = [
      JSON.stringify((await points())['coatcheck.session.created']?.map(({ value }) => value)),
      spans().length,
    ]
    await (await visited(sessions)).ask('/set')
    const after = [
      JSON.stringify((await points())['coatcheck.session.created']?.map(({ value }) => value)),
      spans().length,
    ]
    expect(after).toEqual(before)
    expect(before).toEqual(['[1]', 1])
  })
})

describe('spans', () => {
  it('stand within that of the request, with the time that the store took', async () => {
    const { options, tracer, spans } = measuring()
    const sessions = coatcheck(unmoved)
    instrument(sessions, options)
    const where = await site(
      (req, res, next) => {
        const span = tracer.startSpan('request')
        context.with(trace.setSpan(context.active(), span), () => sessions(req, res, next))
        res.once('finish', () => span.end())
      },
      (req, res) => {
        req.session.views = Number(req.session.views ?? 0) + 1
        res.end()
      },
    )
    const visitor = new Visitor(where)
    await visitor.ask()
    await visitor.ask()
    await expect.poll(() => spans().filter(({ name }) => name === 'request')).toHaveLength(2)
    const [first, second] = spans().filter(({ name }) => name === 'request') as [ReadableSpan, ReadableSpan]
    const inside = (parent: ReadableSpan): string[] =>
      spans()
        .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId)
        .map(({ name }) => name)
    expect(inside(first)).toEqual(['session create'])
    expect(inside(second)).toEqual(['session read', 'session update'])
  })

  it('are left out on request', async () => {
    const { options, spans } = measuring()
    const sessions = coatcheck(unmoved)
    instrument(sessions, { ...options, spans: false })
    await (await visited(sessions)).ask('/set')
    expect(spans()).toEqual([])
  })
})
