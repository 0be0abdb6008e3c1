/**
 * Options are checked at construction, with errors that say what to write instead.
 */
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { coatcheck, SessionError, SessionOptionError, session, MemoryStore } from '../../src/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'

const secret = 'a secret of at least thirty-two bytes'
const plain = { secret, resave: false, saveUninitialized: false }

type Given = Record<string, unknown>

const doors: [string, (options: Given) => unknown][] = [
  ['session()', (options) => session({ ...plain, ...options })],
  ['coatcheck()', (options) => coatcheck({ secret, ...options })],
]

describe.each(doors)('%s', (_name, open) => {
  it.each<[string, Given, RegExp]>([
    ['genid that is no function', { genid: 'x' }, /^genid option must be a function/],
    ['unset that is neither', { unset: 'delete' }, /^unset option must be "destroy" or "keep"$/],
    ['a store class', { store: MemoryStore }, /store\.on is not a function.*has to be constructed first/],
    ['a store that is none', { store: {} }, /store\.on is not a function/],
    ['a store that is text', { store: 'redis://' }, /store\.on is not a function/],
    ['a cookie that is text', { cookie: 'lax' }, /^the cookie option must be an object or a function/],
    ['a cookie that is true', { cookie: true }, /^the cookie option must be an object or a function/],
    ['maxAge as text', { cookie: { maxAge: '1h' } }, /^cookie\.maxAge must be a number of milliseconds/],
    ['maxAge NaN', { cookie: { maxAge: Number.NaN } }, /^cookie\.maxAge must be a finite number/],
    ['maxAge Infinity', { cookie: { maxAge: Infinity } }, /^cookie\.maxAge must be a finite number.*leave it out/],
    ['expires as text', { cookie: { expires: 'tomorrow' } }, /^cookie\.expires must be a Date/],
    [
      'an unknown sameSite',
      { cookie: { sameSite: 'loose' } },
      /sameSite is invalid: write cookie\.sameSite as true, false/,
    ],
    ['an unknown priority', { cookie: { priority: 'urgent' } }, /priority is invalid: write cookie\.priority as 'low'/],
    ['a domain that is none', { cookie: { domain: 'a;b' } }, /domain is invalid: write cookie\.domain as a host name/],
    ['a path that is none', { cookie: { path: 'a;b' } }, /path is invalid: write cookie\.path/],
    ['a name that is none', { name: 'a name' }, /name is invalid: write the name with letters/],
    ['storeTimeout that is none', { storeTimeout: 'soon' }, /^storeTimeout must be/],
    ['storeTimeout beyond what timers count', { storeTimeout: '30d' }, /^storeTimeout must be/],
    ['a conflict policy that is none', { conflict: 'ignore' }, /^conflict must be one of 'merge'/],
    ['onStoreError that is neither', { onStoreError: 'retry' }, /^onStoreError must be one of/],
    ['maxDataBytes as text', { maxDataBytes: '64kb' }, /^maxDataBytes must be/],
    ['maxDataBytes NaN', { maxDataBytes: Number.NaN }, /^maxDataBytes must be/],
    ['an idle timeout that is none', { store: memoryStore(), idleTimeout: 'soon' }, /^idleTimeout must be/],
    ['an absolute timeout that is none', { store: memoryStore(), absoluteTimeout: -1 }, /^absoluteTimeout must be/],
    ['a touch window that is none', { store: memoryStore(), touchWindow: '1x' }, /^touchWindow must be/],
    ['a sweep interval that is none', { store: memoryStore(), sweepInterval: {} }, /^sweepInterval must be/],
    [
      'a sweep interval beyond what timers count',
      { store: memoryStore(), sweepInterval: '30d' },
      /^sweepInterval must be/,
    ],
    [
      'an idle timeout that ends every session at once',
      { store: memoryStore(), idleTimeout: 0 },
      /^idleTimeout must be/,
    ],
    ['a secret that is a number', { secret: 5 }, /^the secret option must be a string, a Buffer or a KeyObject/],
    ['a list of secrets with null in it', { secret: [secret, null] }, /secret/],
  ])('refuses %s', (_kind, options, message) => {
    const attempt = (): unknown => open(options)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(TypeError)
    expect(attempt).toThrow(SessionError)
  })

  it.each<[string, Given]>([
    ['a duration as text', { store: memoryStore(), idleTimeout: '30m', absoluteTimeout: '7d' }],
    ['no absolute timeout', { store: memoryStore(), absoluteTimeout: false }],
    ['cookie auto', { cookie: { secure: 'auto', sameSite: 'auto' } }],
    ['maxAge null', { cookie: { maxAge: null } }],
    ['maxAge 0', { cookie: { maxAge: 0 } }],
    ['expires null', { cookie: { expires: null } }],
    ['unset undefined', { unset: undefined }],
    ['a cookie function', { cookie: () => ({}) }],
    ['a Buffer for a secret', { secret: Buffer.alloc(32, 1) }],
  ])('takes %s', (_kind, options) => {
    expect(open(options)).toBeTypeOf('function')
  })

  it('shows no secret in its errors', () => {
    for (const options of [{ secret: [secret, 5] }, { unset: 'x' }, { store: 'x' }, { cookie: 5 }]) {
      expect(() => open(options)).toThrow(/must be|option/)
      expect(() => open(options)).not.toThrow(secret)
    }
  })
})

describe('session()', () => {
  it('refuses an empty list of secrets in express-session’s words', () => {
    expect(() => session({ ...plain, secret: [] })).toThrow(
      new SessionOptionError('secret option array must contain one or more strings'),
    )
  })

  it('takes no options at all, as express-session does', () => {
    vi.stubEnv('NO_DEPRECATION', '*')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    expect(session()).toBeTypeOf('function')
    expect(session(undefined)).toBeTypeOf('function')
  })

  const encryption = { keys: ['a key of at least thirty-two bytes, for tests'] }
  it.each(['idleTimeout', 'absoluteTimeout', 'touchWindow', 'sweepInterval', 'hashIds', 'encryption'])(
    'refuses %s over a callback store, which would not keep it',
    (option) => {
      const options = { ...plain, [option]: { hashIds: true, encryption }[option] ?? 1_000 }
      expect(() => session(options)).toThrow(new RegExp(`^${option} needs a store of coatcheck/stores`))
      expect(session({ ...options, store: memoryStore() })).toBeTypeOf('function')
    },
  )

  it('checks its options in the order of express-session', () => {
    expect(() => session({ genid: 'x', unset: 'x', secret: [] } as never)).toThrow(/genid/)
    expect(() => session({ ...plain, unset: 'x', secret: [] } as never)).toThrow(/unset/)
  })
})

describe('coatcheck()', () => {
  it.each([
    ['no options', undefined, /^coatcheck needs options, at least a secret/],
    ['null', null, /^coatcheck needs options/],
    ['text for options', 'secret', /^coatcheck needs options/],
  ])('refuses %s', (_name, options, message) => {
    expect(() => coatcheck(options as never)).toThrow(message)
  })

  it.each([
    ['none', {}],
    ['undefined, as from an environment that lacks it', { secret: undefined }],
    ['an empty text', { secret: '' }],
    ['an empty list', { secret: [] }],
    ['a list with an empty text in it', { secret: [secret, ''] }],
  ])('refuses a secret that is %s, and says how to make one', (_name, options) => {
    const attempt = (): unknown => coatcheck(options as never)
    expect(attempt).toThrow(/randomBytes\(32\)/)
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_SESSION_SECRET_MISSING' }))
  })

  it('refuses an option it does not know, and lists those it knows', () => {
    for (const name of ['timeout', 'maxAge', 'key', 'Secret']) {
      expect(() => coatcheck({ secret, [name]: 1 })).toThrow(
        new RegExp(`^there is no option ${name}; the options are absoluteTimeout, .*unset$`),
      )
    }
  })

  it('refuses short secrets in production, whichever of the list they are', () => {
    vi.stubEnv('NODE_ENV', 'production')
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const store = memoryStore()
    for (const short of ['x'.repeat(31), [secret, 'short'], Buffer.alloc(31)]) {
      expect(() => coatcheck({ secret: short, store })).toThrow(/at least 32 bytes/)
    }
    expect(coatcheck({ secret: 'x'.repeat(32), store })).toBeTypeOf('function')
    expect(coatcheck({ secret: 'é'.repeat(16), store })).toBeTypeOf('function')
  })

  it('takes short secrets in development', () => {
    expect(coatcheck({ secret: 'x' })).toBeTypeOf('function')
  })
})
