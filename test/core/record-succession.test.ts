/**
 * A session goes on under a new ID while others are at it: the moments that come up once in a thousand orders of events, made to come up.
 */
import { describe, expect, it } from 'vitest'

import type { RecordBookmark } from '../../src/core/record-bookmark.js'
import type { RecordKeeper } from '../../src/core/record-keeper.js'
import type { SuccessionResult } from '../../src/core/record-succession.js'
import type { SessionMarks } from '../../src/core/marks.js'
import type { SessionRecord, SessionStore } from '../../src/core/record.js'
import { tombstone } from '../../src/core/tombstones.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { fakeClock } from '../../src/testing/index.js'
import { hour, kept, keeping, loaded, session, type Keeping } from './support/keeping.js'

type Method = 'create' | 'read' | 'update' | 'delete'

/** A store in which something happens right before it is asked something, once. */
class Interrupted {
  readonly #hooks: { method: Method; key: string; run: () => Promise<unknown> }[] = []
  readonly store: SessionStore

  constructor(inner: SessionStore) {
    const methods = ['create', 'read', 'update', 'delete'] as const
    const calls = methods.map((method) => [
      method,
      async (key: string, ...rest: unknown[]) => {
        const at = this.#hooks.findIndex((hook) => hook.method === method && hook.key === key)
        if (at !== -1) await this.#hooks.splice(at, 1)[0]!.run()
        return (inner[method] as (...args: unknown[]) => unknown).call(inner, key, ...rest)
      },
    ])
    const others = (['touch', 'replace', 'listByUser', 'deleteByUser', 'scan', 'count', 'sweep', 'close'] as const).map(
      (method) => [
        method,
        (...args: unknown[]) => (inner[method] as (...all: unknown[]) => unknown).apply(inner, args),
      ],
    )
    this.store = Object.fromEntries([...calls, ...others])
  }

  before(method: Method, key: string, run: () => Promise<unknown>): void {
    this.#hooks.push({ method, key, run })
  }
}

const lifetime = 30_000
const ann: SessionMarks = { userId: 'ann', authenticatedAt: 1 }

interface Scene extends Keeping {
  readonly inner: ReturnType<typeof memoryStore>
  readonly at: Interrupted
}

/** `forgets: false`: the store keeps what is over until it is swept. */
function scene({ forgets = true } = {}): Scene {
  const clock = fakeClock()
  const inner = memoryStore({ clock: forgets ? clock : fakeClock() })
  const at = new Interrupted(inner)
  return { ...keeping({ store: at.store, clock, tombstone: lifetime, renews: true }), inner, at }
}

async function succeed(
  keeper: RecordKeeper,
  kind: 'sign-in' | 'proof' | 'renewal',
  newId: string,
  { data, marks, oldId = 'old' }: { data?: object; marks?: SessionMarks; oldId?: string } = {},
): Promise<() => Promise<SuccessionResult>> {
  const found = await loaded(keeper, oldId)
  const read = found.bookmark as RecordBookmark
  return () =>
    keeper.succeed({
      kind,
      oldId,
      newId,
      read,
      data: data === undefined ? found.text : JSON.stringify(data),
      keep: (text) => text,
      marks: marks ?? found.marks!,
      cookieText: undefined,
      lifetime: undefined,
      createdAt: kind === 'sign-in' ? read.record.createdAt + 1 : read.record.createdAt,
    })
}

/** A session, and two requests that have read it: one is to renew it, the other to sign in from it. */
async function signInDuringRenewal() {
  const here = scene()
  await kept(here.keeper, 'old', { cart: 'tea' })
  const renew = await succeed(here.keeper, 'renewal', 'renewed')
  const signIn = await succeed(here.keeper, 'sign-in', 'signed-in', { marks: ann })
  return { here, renew, signIn }
}

/** Every session that lives, by its key. */
function living({ keeper, inner }: Scene): Record<string, unknown> {
  const { records } = inner.scan(undefined, 100)
  const sessions = keeper.living(records).map(({ key, record }) => [key, JSON.parse(record.data) as unknown])
  return Object.fromEntries(sessions) as Record<string, unknown>
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
}

describe('a sign-in while another request renews the session', () => {
  it('that has just raised its tombstone: the renewal gives way, and a late request is known as late', async () => {
    const { here, renew, signIn } = await signInDuringRenewal()
    here.at.before('update', 'old', signIn)
    expect(await renew()).toBe('gone')
    expect(living(here)).toEqual({ 'signed-in': { cart: 'tea' } })
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
    expect(await here.keeper.load('renewed', 0)).toBeUndefined()
  })

  it('that raises its tombstone while the sign-in looks for one: still nobody is led on', async () => {
    const { here, renew, signIn } = await signInDuringRenewal()
    // Seen by the sign-in as not there, and there when it raises its own.
    here.at.before('create', 'retired:old', renew)
    expect(await signIn()).toMatchObject({ bookmark: { key: 'signed-in' } })
    expect(living(here)).toEqual({ 'signed-in': { cart: 'tea' } })
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
    expect(await here.keeper.load('renewed', 0)).toEqual({ status: 'retired' })
  })

  it('that is through: the sign-in ends what it led to, and takes along what was written there', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const signIn = await succeed(here.keeper, 'sign-in', 'signed-in', { data: { cart: 'tea', here: 1 }, marks: ann })
    await (
      await succeed(here.keeper, 'renewal', 'renewed')
    )()
    const { bookmark, values } = await loaded(here.keeper, 'renewed')
    await here.keeper.save(session('renewed', { ...values, there: 1 }, { bookmark }))
    await signIn()
    expect(living(here)).toEqual({ 'signed-in': { cart: 'tea', here: 1, there: 1 } })
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
  })

  it('that died half-way: what would have been the session is cleared away', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    here.at.before('update', 'old', () => Promise.reject(new Error('the process died')))
    await expect((await succeed(here.keeper, 'renewal', 'renewed'))()).rejects.toThrow('died')
    expect(living(here)).toEqual({ old: { cart: 'tea' } })
    await (
      await succeed(here.keeper, 'sign-in', 'signed-in', { marks: ann })
    )()
    await settled()
    expect(living(here)).toEqual({ 'signed-in': { cart: 'tea' } })
  })
})

describe('a renewal', () => {
  it('takes along what another request writes between its steps, whom it makes the session’s user included', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const renew = await succeed(here.keeper, 'renewal', 'renewed', { data: { cart: 'tea', here: 1 } })
    const { bookmark } = await loaded(here.keeper, 'old')
    const other = session('old', { cart: 'tea', there: 1 }, { bookmark, marks: ann, cookie: '{"path":"/there"}' })
    here.at.before('update', 'old', async () => here.keeper.save(other))
    await renew()
    expect(living(here)).toEqual({ renewed: { cart: 'tea', here: 1, there: 1 } })
    expect(await loaded(here.keeper, 'renewed')).toMatchObject({ marks: ann, cookie: { path: '/there' } })
    expect(here.inner.listByUser('ann')).toHaveLength(1)
  })

  it('takes along that another request made the session nobody’s', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { user: 'ann' }, { marks: ann })
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    const { bookmark } = await loaded(here.keeper, 'old')
    here.at.before('update', 'old', async () => here.keeper.save(session('old', {}, { bookmark })))
    await renew()
    expect((await loaded(here.keeper, 'renewed')).marks?.userId).toBeUndefined()
    expect(here.inner.listByUser('ann')).toEqual([])
  })

  it('gives way to a session that was destroyed between its steps, and leaves nothing', async () => {
    for (const step of ['retired:old', 'old'] as const) {
      const here = scene()
      await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
      const renew = await succeed(here.keeper, 'renewal', 'renewed')
      here.at.before(step === 'old' ? 'update' : 'create', step, async () => here.keeper.destroy('old'))
      expect(await renew()).toBe('gone')
      expect(here.inner.scan(undefined, 100).records).toEqual([])
    }
  })

  it('gives way to a session that was ended by what it is kept under', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    here.at.before('update', 'old', async () => here.inner.deleteByUser('ann'))
    expect(await renew()).toBe('gone')
    expect(here.inner.scan(undefined, 100).records).toEqual([])
  })

  it('does nothing while another request is at it', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const [one, other] = [await succeed(here.keeper, 'renewal', 'one'), await succeed(here.keeper, 'renewal', 'other')]
    let second: unknown
    here.at.before('update', 'old', async () => (second = await other()))
    expect(await one()).toMatchObject({ bookmark: { key: 'one' } })
    expect(second).toBe('elsewhere')
    expect(living(here)).toEqual({ one: { cart: 'tea' } })
  })

  it('that failed half-way is made up for: what would have been the session is deleted a little later', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    here.at.before('update', 'old', () => Promise.reject(new Error('down')))
    await expect((await succeed(here.keeper, 'renewal', 'first'))()).rejects.toThrow('down')
    // The user has one session all the while.
    expect(here.keeper.living(here.inner.listByUser('ann'))).toHaveLength(1)
    expect(await (await succeed(here.keeper, 'renewal', 'second'))()).toBe('elsewhere')
    here.clock.advance(10_000)
    await settled()
    expect(here.inner.listByUser('ann').map(({ key }) => key)).toEqual(['old'])
  })

  it('that failed, and was done all the same, is the session', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    here.at.before('delete', 'old', () => new Promise(() => {}))
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    let end: (() => void) | undefined
    here.at.before('update', 'old', () => new Promise<void>((resolve) => (end = resolve)))
    const failed = renew().catch((error: unknown) => error)
    await settled()
    here.clock.advance(5_000)
    expect(await failed).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT' })
    // The write that came to nothing in time arrives.
    end!()
    await settled()
    // Not further: the looks that are taken on the way have deadlines of their own.
    here.clock.advance(10_000)
    await settled()
    here.clock.advance(10_000)
    await settled()
    expect(await loaded(here.keeper, 'old')).toMatchObject({ renewedId: 'renewed', values: { cart: 'tea' } })
  })

  it('after one that died finds its tombstone over, swept or not, and raises its own', async () => {
    for (const swept of [true, false]) {
      const here = scene({ forgets: false })
      await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
      const mark = tombstone(here.clock.now(), lifetime, { to: 'nowhere' })
      here.inner.create('retired:old', mark)
      expect(await (await succeed(here.keeper, 'renewal', 'first'))()).toBe('elsewhere')
      here.clock.advance(lifetime)
      if (swept) here.inner.sweep(here.clock.now())
      expect(await (await succeed(here.keeper, 'renewal', 'second'))()).toMatchObject({ bookmark: { key: 'second' } })
      expect(await loaded(here.keeper, 'old')).toMatchObject({ renewedId: 'second' })
    }
  })

  it('by a request that is later than the grace does not end the session that the ID had become', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const late = await succeed(here.keeper, 'renewal', 'late')
    await (
      await succeed(here.keeper, 'renewal', 'renewed')
    )()
    here.clock.advance(lifetime)
    expect(await late()).toBe('gone')
    await settled()
    expect(living(here)).toEqual({ renewed: { cart: 'tea' } })
  })

  it('leads on through every renewal that a request has missed', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const { bookmark } = await loaded(here.keeper, 'old')
    let id = 'old'
    for (const next of ['second', 'third', 'fourth']) {
      await (
        await succeed(here.keeper, 'renewal', next, { oldId: id })
      )()
      id = next
    }
    expect(await loaded(here.keeper, 'old')).toMatchObject({ renewedId: 'fourth' })
    expect(await here.keeper.save(session('old', { cart: 'tea', late: 1 }, { bookmark }))).toBe('moved')
    expect(await here.keeper.modify('old', (values) => void (values.later = 1), 1_000)).toMatchObject({ moved: true })
    expect(living(here)).toEqual({ fourth: { cart: 'tea', late: 1, later: 1 } })
    expect(await here.keeper.current('old')).toMatchObject({ key: 'fourth' })
    await here.keeper.destroy('old')
    expect(living(here)).toEqual({})
  })

  it('that comes between finding where the session goes on and writing there is followed, too', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const { bookmark } = await loaded(here.keeper, 'old')
    await (
      await succeed(here.keeper, 'renewal', 'second')
    )()
    const again = await succeed(here.keeper, 'renewal', 'third', { oldId: 'second' })
    here.at.before('update', 'second', again)
    expect(await here.keeper.save(session('old', { cart: 'tea', late: 1 }, { bookmark }))).toBe('moved')
    expect(living(here)).toEqual({ third: { cart: 'tea', late: 1 } })
  })
})

describe('a session that is ended right before a renewal has raised its tombstone', () => {
  it('is found by nobody while the renewal does not know it yet, so that nobody takes it further', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const { bookmark } = await loaded(here.keeper, 'old')
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    here.at.before('create', 'retired:old', async () => here.inner.delete('old'))
    const found: unknown[] = []
    here.at.before('update', 'old', async () => {
      expect(here.inner.read('renewed')).toBeDefined()
      found.push(await here.keeper.load('old', 0), await here.keeper.current('old'))
      found.push(await here.keeper.modify('old', () => {}, 1_000))
      found.push(await here.keeper.save(session('old', { late: 1 }, { bookmark })))
    })
    expect(await renew()).toBe('gone')
    expect(found).toEqual([undefined, undefined, undefined, 'gone'])
    expect(here.inner.scan(undefined, 100).records).toEqual([])
  })

  it('is not brought back by another proof', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    const prove = await succeed(here.keeper, 'proof', 'proven')
    here.at.before('create', 'retired:old', async () => here.inner.delete('old'))
    let proof: unknown
    here.at.before('update', 'old', async () => (proof = await prove()))
    expect(await renew()).toBe('gone')
    expect(proof).toBe('gone')
    await settled()
    expect(living(here)).toEqual({})
  })

  it('stays ended where the store fails the renewal after that: what it has made is deleted', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    here.at.before('create', 'retired:old', async () => here.inner.delete('old'))
    here.at.before('update', 'old', () => Promise.reject(new Error('down')))
    await expect(renew()).rejects.toThrow('down')
    here.clock.advance(10_000)
    await settled()
    expect(here.inner.listByUser('ann')).toEqual([])
  })
})

describe('a renewal that is through', () => {
  it('leads on also where its tombstone cannot be told so', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const { bookmark } = await loaded(here.keeper, 'old')
    here.at.before('update', 'retired:old', () => Promise.reject(new Error('down')))
    await (
      await succeed(here.keeper, 'renewal', 'renewed')
    )()
    expect(await loaded(here.keeper, 'old')).toMatchObject({ renewedId: 'renewed' })
    expect(await here.keeper.save(session('old', { cart: 'tea', late: 1 }, { bookmark }))).toBe('moved')
    expect(living(here)).toEqual({ renewed: { cart: 'tea', late: 1 } })
    here.clock.advance(lifetime)
    here.inner.sweep(here.clock.now())
    expect(here.inner.scan(undefined, 100).records.map(({ key }) => key)).toEqual(['renewed'])
  })

  it('when a sign-in silences its tombstone is ended by that, and leaves nothing', async () => {
    const { here, renew, signIn } = await signInDuringRenewal()
    here.at.before('update', 'retired:old', signIn)
    await renew()
    expect(living(here)).toEqual({ 'signed-in': { cart: 'tea' } })
    expect(here.inner.read('old')).toBeUndefined()
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
    expect(await here.keeper.load('renewed', 0)).toEqual({ status: 'retired' })
  })

  it('leads nobody on once a sign-in has silenced its tombstone, though the old record still names the new one', async () => {
    const { here, renew, signIn } = await signInDuringRenewal()
    let found: unknown
    here.at.before('update', 'retired:old', async () => {
      here.at.before('delete', 'old', async () => (found = await here.keeper.load('old', 0)))
      await signIn()
    })
    await renew()
    expect(found).toEqual({ status: 'retired' })
  })

  it('between two looks of a late request leads that on', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const { bookmark } = await loaded(here.keeper, 'old')
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    let goOn = (): void => {}
    const waits = new Promise<void>((resolve) => {
      goOn = resolve
    })
    here.at.before('update', 'retired:old', () => waits)
    const renewed = renew()
    await settled()
    // It finds the tombstone that does not say yet how it went, and then no old record any more.
    here.at.before('read', 'old', () => {
      goOn()
      return renewed
    })
    expect(await here.keeper.save(session('old', { cart: 'tea', late: 1 }, { bookmark }))).toBe('moved')
    expect(living(here)).toEqual({ renewed: { cart: 'tea', late: 1 } })
  })
})

describe('another proof', () => {
  it('of a session that was destroyed meanwhile makes none', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const prove = await succeed(here.keeper, 'proof', 'proven')
    await here.keeper.destroy('old')
    expect(await prove()).toBe('gone')
    expect(living(here)).toEqual({})
  })

  it('by two clicks at once works twice', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const [one, other] = [await succeed(here.keeper, 'proof', 'one'), await succeed(here.keeper, 'proof', 'other')]
    expect(await one()).toMatchObject({ bookmark: { key: 'one' } })
    expect(await other()).toMatchObject({ bookmark: { key: 'other' } })
  })
})

describe('an ID that is given up for good', () => {
  it('while a renewal is under way leaves neither session nor a way to it', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const renew = await succeed(here.keeper, 'renewal', 'renewed')
    here.at.before('update', 'old', async () => here.keeper.retire('old'))
    expect(await renew()).toBe('gone')
    expect(living(here)).toEqual({})
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
  })

  it('after a renewal ends the session where it goes on', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    await (
      await succeed(here.keeper, 'renewal', 'renewed')
    )()
    await here.keeper.retire('old')
    expect(living(here)).toEqual({})
    expect(await here.keeper.load('renewed', 0)).toEqual({ status: 'retired' })
  })
})

describe('a new ID that somebody has already', () => {
  it('is refused, and neither their session nor the old one is touched', async () => {
    for (const kind of ['sign-in', 'renewal', 'proof'] as const) {
      const here = scene()
      await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
      await kept(here.keeper, 'theirs', { theirs: true })
      const attempt = await succeed(here.keeper, kind, 'theirs')
      await expect(attempt()).rejects.toMatchObject({ code: 'ERR_SESSION_STORE_ANSWER' })
      await settled()
      expect(living(here)).toEqual({ old: { cart: 'tea' }, theirs: { theirs: true } })
    }
  })

  it('is left alone also when the store failed to say so', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    await kept(here.keeper, 'theirs', { theirs: true })
    here.at.before('create', 'theirs', () => Promise.reject(new Error('the connection is lost')))
    await expect((await succeed(here.keeper, 'sign-in', 'theirs', { marks: ann }))()).rejects.toThrow('lost')
    await settled()
    expect(living(here)).toEqual({ old: { cart: 'tea' }, theirs: { theirs: true } })
  })
})

describe('what a failed sign-in has stored', () => {
  it('is deleted when the store can again, within a minute of trying', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const down = (): Promise<never> => Promise.reject(new Error('down'))
    here.at.before('update', 'old', down)
    here.at.before('read', 'new', down)
    here.at.before('delete', 'new', down)
    await expect((await succeed(here.keeper, 'sign-in', 'new', { marks: ann }))()).rejects.toThrow('down')
    await settled()
    expect(here.inner.read('new')?.userId).toBe('ann')
    here.clock.advance(1_000)
    await settled()
    expect(here.inner.read('new')).toBeDefined()
    here.clock.advance(10_000)
    await settled()
    expect(here.inner.read('new')).toBeUndefined()
    expect(here.clock.pending).toBe(0)
  })

  it('is deleted also where it arrives after its deadline', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    const signIn = await succeed(here.keeper, 'sign-in', 'new', { marks: ann })
    let arrive: (() => void) | undefined
    here.at.before('create', 'new', () => new Promise<void>((resolve) => (arrive = resolve)))
    const failed = signIn().catch((error: unknown) => error)
    await settled()
    here.clock.advance(5_000)
    expect(await failed).toMatchObject({ code: 'ERR_SESSION_STORE_TIMEOUT' })
    await settled()
    arrive!()
    await settled()
    expect(here.inner.read('new')).toBeDefined()
    here.clock.advance(1_000)
    await settled()
    expect(here.inner.read('new')).toBeUndefined()
  })
})

describe('the record that a session leaves while it ends', () => {
  it('is no session to anybody: it is not found, not listed, not written to', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' }, { marks: ann })
    const { bookmark } = await loaded(here.keeper, 'old')
    const signIn = await succeed(here.keeper, 'sign-in', 'new', { marks: ann })
    let meanwhile: unknown
    here.at.before('delete', 'old', async () => {
      const left = here.inner.read('old') as SessionRecord
      meanwhile = {
        found: await here.keeper.load('old', 0),
        listed: here.keeper.living(here.inner.listByUser('ann')).map(({ key }) => key),
        data: left.data,
        saved: await here.keeper.save(session('old', { cart: 'late' }, { bookmark })),
        modified: await here.keeper.modify('old', () => {}, 1_000),
      }
    })
    await signIn()
    expect(meanwhile).toEqual({
      found: { status: 'retired' },
      listed: ['new'],
      data: '{}',
      saved: 'gone',
      modified: undefined,
    })
  })

  it('is over soon by itself where it could not be deleted', async () => {
    const here = scene()
    await kept(here.keeper, 'old', { cart: 'tea' })
    here.at.before('delete', 'old', () => Promise.reject(new Error('down')))
    await (
      await succeed(here.keeper, 'sign-in', 'new', { marks: ann })
    )()
    expect(await here.keeper.load('old', 0)).toEqual({ status: 'retired' })
    expect(here.inner.read('old')!.expiresAt).toBe(here.clock.now() + lifetime)
    expect(hour).toBeGreaterThan(lifetime)
  })
})
