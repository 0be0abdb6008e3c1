/**
 * examples/metrics, as it stands there, over the package as it is built.
 */
import { join } from 'node:path'
import type { RequestListener } from 'node:http'

import { expect, it } from 'vitest'

import { listen, Visitor } from '../http/support/site.js'

const example = join(import.meta.dirname, '../../examples/metrics/app.mjs')

it('the app of the example counts its sessions and times its store for Prometheus', async () => {
  const { app } = (await import(example)) as { app: RequestListener }
  const where = await listen(app)
  const visitor = new Visitor(where)
  expect((await visitor.ask()).body).toBe('You have been here 1 times.')
  expect((await visitor.ask()).body).toBe('You have been here 2 times.')
  await where.ask('/', { headers: { cookie: 'session=made.up' } })
  const { body, headers } = await where.ask('/metrics')
  expect(headers['content-type']).toMatch(/^text\/plain/)
  expect(body).toMatch(/^sessions_created_total 2$/m)
  expect(body).toMatch(/^session_cookies_rejected_total\{reason="signature"\} 1$/m)
  expect(body).toMatch(/^session_store_call_seconds_count\{operation="read",failed="false"\} 1$/m)
})
