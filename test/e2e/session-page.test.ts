/**
 * "What the server knows": true, complete, and for nobody else's eyes.
 */
import { describe, expect, test } from 'vitest'
import { password, useShop } from './support/open-shop.js'
import type { Visitor } from './support/visitor.js'

const shop = useShop()

const idOf = (visitor: Visitor): string => visitor.cookies.get('ticket')!.split('.', 1)[0]!

/** What stands in the labels of the ten steps. */
const chips = (body: string): readonly string[] =>
  [...body.matchAll(/class="chip[^"]*">([^<]*)</g)].map(([, word]) => word!)

/** The requests that the visitor may choose from, the newest first. */
const requests = (body: string): readonly string[] =>
  [...body.matchAll(/<a href="\/session\?request=\d+#trace"[^>]*>\s*<b[^>]*>(\w+)<\/b>\s*<code>([^<]*)</g)].map(
    ([, method, path]) => `${method} ${path}`,
  )

const numberOf = (text: string): number => Number(text.replace(/,/g, ''))

async function known(): Promise<Visitor> {
  const visitor = shop().visitor()
  await visitor.post('/session/note', { note: 'mine' })
  return visitor
}

describe('the ten steps', () => {
  test.each([
    {
      what: 'a visitor who comes back and looks',
      act: async (visitor: Visitor) => visitor.get('/cart'),
      told: ['GET', 'valid', 'loaded', 'yours', '200', 'unchanged', 'skipped', 'not due', 'sent', 'same ticket'],
    },
    {
      what: 'a change',
      act: async (visitor: Visitor) => visitor.post('/preferences', { theme: 'dark' }),
      told: ['POST', 'valid', 'loaded', 'yours', '303', 'changed', 'saved', 'sent', 'sent', 'new ticket'],
    },
    {
      what: 'a change that was stored in one step, and again with the cookie that confirms it',
      act: async (visitor: Visitor) => {
        await visitor.get('/')
        await visitor.post('/cart/items/puddle', { quantity: '2' })
      },
      told: ['POST', 'valid', 'loaded', 'yours', '303', 'changed', 'saved', 'sent', 'sent', 'new ticket'],
    },
    {
      what: 'a sign-in',
      act: async (visitor: Visitor) => {
        const { email } = await shop().customer()
        await visitor.post('/account/sign-in', { email, password })
      },
      told: ['POST', 'valid', 'loaded', 'yours', '303', 'changed', 'saved', 'sent', 'sent', 'new ticket'],
    },
    {
      what: 'a page that is not there',
      act: async (visitor: Visitor) => visitor.get('/none'),
      told: ['GET', 'valid', 'loaded', 'yours', '404', 'unchanged', 'skipped', 'not due', 'sent', 'same ticket'],
    },
  ])('are told of $what', async ({ act, told }) => {
    const visitor = await known()
    await visitor.get('/session')
    await act(visitor)
    expect(chips((await visitor.get('/session')).body)).toEqual(told)
  })

  test('are told of a new visitor, whose ticket was forged', async () => {
    const visitor = shop().visitor()
    visitor.cookies.set('ticket', `${'A'.repeat(43)}.${'B'.repeat(43)}`)
    await visitor.post('/session/note', { note: 'forged' })
    expect(chips((await visitor.get('/session')).body).slice(0, 4)).toEqual(['POST', 'rejected', 'created', 'new'])
  })

  test('are told in the language of the visitor', async () => {
    const visitor = await known()
    await visitor.post('/preferences', { language: 'de' })
    expect(chips((await visitor.get('/session')).body)[6]).toBe('gesichert')
  })

  test('have times that go on from step to step and add up', async () => {
    const visitor = await known()
    const { body } = await visitor.get('/session')
    const took = [...body.matchAll(/<b>([\d,]+) µs<\/b>\s*<span class="hint">done at ([\d,]+) µs/g)]
    expect(took).toHaveLength(10)
    let at = 0
    for (const [, step, end] of took) {
      at += numberOf(step!)
      expect(numberOf(end!)).toBe(at)
    }
    expect(at).toBeGreaterThan(0)
  })
})

describe('the latest requests', () => {
  test('are those of this visitor and nobody else', async () => {
    const one = await known()
    const other = await known()
    await one.get('/products/clerk')
    await other.get('/products/drizzle')
    expect(requests((await one.get('/session')).body)).toEqual(['GET /products/clerk', 'POST /session/note'])
    expect(requests((await other.get('/session')).body)).toEqual(['GET /products/drizzle', 'POST /session/note'])
  })

  test('cannot be reached by the numbers of others', async () => {
    const one = await known()
    await one.get('/products/clerk')
    const number = /request=(\d+)#/.exec((await one.get('/session')).body)![1]
    const other = await known()
    const { body } = await other.get(`/session?request=${number}`)
    expect(body).not.toContain('/products/clerk')
  })

  test('are a few', async () => {
    const visitor = await known()
    for (let visit = 0; visit < 12; visit += 1) await visitor.get('/cart')
    expect(requests((await visitor.get('/session')).body)).toHaveLength(8)
  })

  test('come along at sign-in and are forgotten at sign-out', async () => {
    const visitor = await known()
    const { email } = await shop().customer()
    await visitor.post('/account/sign-in', { email, password })
    await visitor.get('/account/orders')
    const before = requests((await visitor.get('/session')).body)
    expect(before).toEqual(['GET /account/orders', 'POST /account/sign-in', 'POST /session/note'])
    await visitor.post('/account/sign-out')
    expect(requests((await visitor.get('/session')).body)).toEqual(['POST /account/sign-out'])
  })

  test('name no search, which may hold what a visitor typed', async () => {
    const visitor = await known()
    await visitor.get('/cart?secret=zebra')
    expect((await visitor.get('/session')).body).not.toContain('zebra')
  })
})

describe('the ID', () => {
  test('is on no page until it is asked for', async () => {
    const visitor = await known()
    for (const path of ['/session', '/session?reveal', '/session/id', '/']) {
      expect((await visitor.get(path)).body).not.toContain(idOf(visitor))
    }
    const shown = await visitor.post('/session/id')
    expect(shown.body).toContain(`<code class="secret">${idOf(visitor)}</code>`)
    expect(shown.headers.get('Cache-Control')).toBe('no-store')
    expect((await visitor.get('/session')).body).not.toContain(idOf(visitor))
  })

  test('is not shown to a form of another site', async () => {
    const visitor = await known()
    const { status, body } = await visitor.post('/session/id', {}, { 'Sec-Fetch-Site': 'cross-site' })
    expect(status).toBe(403)
    expect(body).not.toContain(idOf(visitor))
  })

  test('comes without its signature', async () => {
    const visitor = await known()
    const signature = visitor.cookies.get('ticket')!.split('.')[1]!
    expect((await visitor.post('/session/id')).body).not.toContain(signature)
  })
})

describe('the record', () => {
  test('is what the store holds', async () => {
    const visitor = await known()
    // The first look takes the message away that waited for it; the page shows what lay there before.
    await visitor.get('/session')
    const { body } = await visitor.get('/session')
    const handle = /<td>\s*<code>([\w-]{43})<\/code>/.exec(body)![1]!
    const record = (await shop().sessions.find(handle))!
    expect(body).toContain(`${record.size} bytes`)
    expect(record.data).toEqual({ note: 'mine' })
    expect(handle).not.toBe(idOf(visitor))
  })

  test('is gone when the visitor ends the session, and the ticket opens nothing', async () => {
    const visitor = await known()
    const before = await shop().sessions.count()
    expect((await visitor.post('/session/end')).status).toBe(303)
    expect(await shop().sessions.count()).toBe(before - 1)
    const { body } = await visitor.get('/session')
    expect(body).toContain('You are a stranger here')
    expect(body).not.toContain('mine')
  })

  test('takes a note of 80 characters and no more', async () => {
    const visitor = await known()
    expect((await visitor.post('/session/note', { note: 'n'.repeat(81) })).status).toBe(422)
    expect((await visitor.post('/session/note', { note: 'n'.repeat(80) })).status).toBe(303)
    expect((await visitor.get('/session')).body).toContain(`"${'n'.repeat(80)}"`)
  })
})
