/**
 * Session IDs: from the CSPRNG or not at all, never twice, and looked at before a store is asked.
 */
import crypto from 'node:crypto'

import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { deriveKey } from '../../src/core/keys.js'
import { TicketSigner } from '../../src/core/secrets.js'
import { coatcheck, session } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { site, Visitor, type Handler, type Middleware } from '../http/support/site.js'
import { TestStore } from '../http/support/test-store.js'
import { watchedRecords } from '../http/support/watched-records.js'
import { doors, plain, secret } from './support/doors.js'
import { replaceCrypto } from './support/replaced-crypto.js'

const setId: Handler = (req, res) => {
  req.session.a = 1
  res.end(req.sessionID)
}

describe.each(doors)('%s', (name, open) => {
  it('a random source that fails is an error of the request: no ID is made of anything weaker', async () => {
    const fail = (): never => {
      throw new Error('no entropy')
    }
    replaceCrypto({ randomFillSync: fail, randomBytes: fail, randomUUID: fail, randomInt: fail })
    const weak = vi.spyOn(Math, 'random')
    onTestFinished(() => weak.mockRestore())
    const where = await site(open(), setId)
    const reply = await where.ask()
    expect([reply.status, reply.body, reply.setCookies]).toEqual([500, 'no entropy', []])
    expect(weak).not.toHaveBeenCalled()
  })

  it('IDs are the bytes of the CSPRNG, all of them, as base64url', async () => {
    const drawn: Buffer[] = []
    const { randomFillSync } = crypto
    const listen = (buffer: Buffer): Buffer => {
      drawn.push(Buffer.from(randomFillSync(buffer)))
      return buffer
    }
    replaceCrypto({ randomFillSync: listen as typeof randomFillSync })
    const where = await site(open(), setId)
    const bytes = name.startsWith('coatcheck()') ? 32 : 24
    const ids = [await where.ask(), await where.ask()].map(({ body }) => body)
    const pool = Buffer.concat(drawn)
    expect(ids).toEqual(
      [pool.subarray(0, bytes), pool.subarray(bytes, 2 * bytes)].map((id) => id.toString('base64url')),
    )
  })
})

describe('an ID that exists already', () => {
  it.each<[string, (genid: () => string) => Middleware]>([
    ['coatcheck()', (genid) => coatcheck({ secret, genid })],
    ['coatcheck() over a callback store', (genid) => coatcheck({ secret, genid, store: new TestStore('later') })],
    ['session() over records', (genid) => session({ ...plain, genid, store: memoryStore() })],
  ])('is given to nobody else: create only inserts (tower-sessions 0.12), %s', async (_name, open) => {
    const where = await site(
      open(() => 'the same'),
      (req, res) => {
        const { user } = req.session
        if (req.url!.startsWith('/as/')) req.session.user = req.url!.slice(4)
        res.end(String(user))
      },
    )
    const [ann, mallory] = [new Visitor(where), new Visitor(where)]
    await ann.ask('/as/ann')
    expect((await mallory.ask('/as/mallory')).body).toBe('undefined')
    await where.settled()
    expect(where.errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_STORE_ANSWER' })])
    expect((await ann.ask('/')).body).toBe('ann')
  })
})

describe('what never was an ID of ours', () => {
  const signer = new TicketSigner([deriveKey(secret, 'cookie signature')], 'compact')

  it.each([
    ['too short', 'A'.repeat(42)],
    ['too long', 'A'.repeat(44)],
    ['of other characters', `${'A'.repeat(42)}+`],
    ['with a line break behind it', `${'A'.repeat(43)}\n`],
    ['an empty one', ''],
  ])('is asked of no store, though we signed it: %s', async (_name, id) => {
    const calls: unknown[] = []
    for (const store of [watchedRecords(), new TestStore('later')]) {
      const where = await site(coatcheck({ secret, store }), (_req, res) => res.end())
      await where.ask('/', { headers: { cookie: `session=${signer.issue(id)}` } })
      calls.push(...store.calls)
    }
    expect(calls).toEqual([])
  })

  it('while one of the right shape is asked for, so that the above says something', async () => {
    const store = watchedRecords()
    const where = await site(coatcheck({ secret, store }), (_req, res) => res.end())
    await where.ask('/', { headers: { cookie: `session=${signer.issue('A'.repeat(43))}` } })
    expect(store.calls).toContain('read')
  })
})
