/**
 * Encryption at rest, record by record: what opens, and what does not.
 */
import { createSecretKey, generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto'
import { inspect } from 'node:util'

import { describe, expect, it } from 'vitest'

import { deriveKey, keysBySalt } from '../../src/core/keys.js'
import type { SessionRecord } from '../../src/core/record.js'
import type { Secret } from '../../src/core/secrets.js'
import { isSealed, Sealing, type EncryptionOptions } from '../../src/core/sealing.js'

const key = 'the first key, of thirty-two bytes and more'
const otherKey = 'another key, of thirty-two bytes and more'
const sealing = new Sealing({ keys: [key] })

const record: SessionRecord = {
  data: '{"card":"4111 1111","note":"Žofie 😀"}',
  attributes: '{"cookie":{"path":"/shop"}}',
  version: 7,
  createdAt: 1_800_000_000_000,
  expiresAt: 1_800_003_600_000,
  userId: 'ann',
}
const sealed = sealing.seal('here', record)

describe('a sealed record', () => {
  it('opens where it was put, to the letter', () => {
    expect(sealing.open('here', sealed)).toEqual(record)
  })

  it.each<[string, Partial<SessionRecord>]>([
    ['no attributes', { attributes: undefined }],
    ['empty attributes', { attributes: '' }],
    ['no user', { userId: undefined }],
    ['a user whose ID is empty', { userId: '' }],
    ['no values', { data: '{}' }],
    ['64 KiB', { data: JSON.stringify({ text: 'ж'.repeat(32_768) }) }],
    ['a text in it that is sealed itself', { data: sealed.data }],
    ['attributes that look like data', { attributes: '9:{}{}' }],
  ])('may have %s', (_name, fields) => {
    const odd = { ...record, ...fields }
    expect(sealing.open('here', sealing.seal('here', odd))).toEqual(odd)
  })

  it('keeps what a store goes by, and shows nothing of data and attributes', () => {
    const { data, attributes, ...rest } = sealed
    expect(rest).toEqual({ version: 7, createdAt: record.createdAt, expiresAt: record.expiresAt, userId: 'ann' })
    expect(attributes).toBeUndefined()
    expect(data).toMatch(/^\{"coatcheck:sealed":"1[\w-]+"\}$/)
    const bytes = Buffer.from(data.slice(21, -2), 'base64url').toString('latin1')
    for (const part of ['card', '4111', 'shop', 'cookie', 'ann', 'here']) {
      expect(data).not.toContain(part)
      expect(bytes).not.toContain(part)
    }
  })

  it('is the text of one JSON object, as every record’s data is', () => {
    expect(Object.keys(JSON.parse(sealed.data) as object)).toEqual(['coatcheck:sealed'])
    expect(JSON.stringify(JSON.parse(sealed.data))).toBe(sealed.data)
  })

  it('has a salt and a nonce of its own: the same record twice has not one part in common', () => {
    const [one, two] = [sealed, sealing.seal('here', record)].map(({ data }) => data.slice(28, -2))
    expect(one!.length).toBe(two!.length)
    for (let at = 0; at + 16 <= one!.length; at += 1) expect(two).not.toContain(one!.slice(at, at + 16))
  })

  it('draws 30 bytes for each seal, from the source that was handed in', () => {
    let drawn = 0
    const counted = new Sealing({ keys: [key] }, (buffer) => {
      drawn += 1
      buffer.fill(drawn)
    })
    const texts = Array.from({ length: 137 }, () => counted.seal('here', record).data)
    expect(texts[0]!.slice(28, 68)).toBe(Buffer.alloc(30, 1).toString('base64url'))
    expect(texts[136]!.slice(28, 68)).toBe(Buffer.alloc(30, 2).toString('base64url'))
  })

  it('stays as it is when its deadline moves', () => {
    const touched = { ...sealed, expiresAt: sealed.expiresAt + 1 }
    expect(sealing.open('here', touched)).toEqual({ ...record, expiresAt: record.expiresAt + 1 })
  })
})

describe('a record that is not what was sealed in its place', () => {
  const header = sealed.data.slice(0, 68)
  const other = sealing.seal('here', record)
  it.each<[string, string, Partial<SessionRecord>]>([
    ['moved to another row', 'there', {}],
    ['given to another user', 'here', { userId: 'bob' }],
    ['given to a user, where it had none', 'here', { userId: 'null' }],
    ['taken from its user', 'here', { userId: undefined }],
    ['made younger, to outlive the absolute timeout', 'here', { createdAt: record.createdAt + 1 }],
    ['passed off as another version', 'here', { version: 8 }],
    ['given attributes', 'here', { attributes: '{"cookie":{"domain":"evil.example"}}' }],
    ['given its own text as attributes', 'here', { attributes: sealed.data }],
    ['put together from two', 'here', { data: header + other.data.slice(68) }],
    ['cut short', 'here', { data: `${sealed.data.slice(0, -6)}"}` }],
    ['cut down to its header', 'here', { data: `${header}"}` }],
    ['cut down to its key’s name', 'here', { data: `${sealed.data.slice(0, 28)}"}` }],
    ['longer', 'here', { data: `${sealed.data.slice(0, -2)}AAAA"}` }],
    ['with its base64 padded', 'here', { data: `${sealed.data.slice(0, -2)}="}` }],
  ])('does not open: %s', (_name, place, fields) => {
    expect(sealing.open(place, { ...sealed, ...fields })).toBe('changed')
  })

  it.each<[string, string]>([
    ['a row without a user', 'undefined'],
    ['nobody', ''],
  ])('is not taken for one of %s when its user is', (_name, userId) => {
    const anonymous = sealing.seal('here', { ...record, userId: undefined })
    expect(sealing.open('here', { ...anonymous, userId })).toBe('changed')
  })

  it('opens for no other way to write the same bytes', () => {
    // One byte more or less makes each number of spare bits in the last character.
    for (const filler of ['', 'a', 'aa']) {
      const { data, ...rest } = sealing.seal('here', { ...record, data: JSON.stringify({ filler }) })
      const last = data.at(-3)!
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \\n'
      for (const character of alphabet) {
        if (character === last) continue
        const changed = { ...rest, data: `${data.slice(0, -3)}${character}"}` }
        expect(sealing.open('here', changed)).toBe('changed')
      }
      const standard = data.slice(21, -2).replaceAll('-', '+').replaceAll('_', '/')
      if (standard === data.slice(21, -2)) continue
      const rewritten = sealing.open('here', { ...rest, data: `{"coatcheck:sealed":"${standard}"}` })
      expect(['changed', 'unknown key']).toContain(rewritten)
    }
  })
})

describe('a plain record', () => {
  const texts: [string, string][] = [
    ['plain data', '{"views":1}'],
    ['no data', '{}'],
    ['a value of the app’s that is called sealed', '{"sealed":"1abc"}'],
    ['a sealed text beside another value', `${sealed.data.slice(0, -1)},"views":1}`],
    ['a sealed text behind another value', `{"views":1,${sealed.data.slice(1)}`],
    ['garbage', 'garbage'],
    ['nothing', ''],
  ]

  it.each(texts)('is refused, and there is no decoder to fall back to: %s', (_name, data) => {
    expect(sealing.open('here', { ...record, data })).toBe('plain')
  })

  it.each(texts)('is taken as it is where plain is accept or write: %s', (_name, data) => {
    for (const plain of ['accept', 'write'] as const) {
      const open = new Sealing({ keys: [key], plain })
      expect(open.open('here', { ...record, data })).toEqual({ ...record, data })
    }
  })

  it('is what plain: write writes, and plain: accept does not', () => {
    expect(new Sealing({ keys: [key], plain: 'write' }).seal('here', record)).toEqual(record)
    expect(isSealed(new Sealing({ keys: [key], plain: 'accept' }).seal('here', record).data)).toBe(true)
  })

  it('is nothing that a sealed record which was changed may pass for', () => {
    const accepting = new Sealing({ keys: [key], plain: 'accept' })
    expect(accepting.open('there', sealed)).toBe('changed')
    expect(accepting.open('here', { ...sealed, attributes: '{}' })).toBe('changed')
    expect(new Sealing({ keys: [otherKey], plain: 'accept' }).open('here', sealed)).toBe('unknown key')
  })
})

describe('keys', () => {
  it('all open, and the first seals', () => {
    const rotated = new Sealing({ keys: [otherKey, key] })
    expect(rotated.open('here', sealed)).toEqual(record)
    const resealed = rotated.seal('here', record)
    expect(new Sealing({ keys: [otherKey] }).open('here', resealed)).toEqual(record)
    expect(sealing.open('here', resealed)).toBe('unknown key')
  })

  it('are found by a name that says nothing of their order', () => {
    const name = (...keys: string[]): string => new Sealing({ keys }).seal('here', record).data.slice(22, 28)
    expect(name(key, otherKey)).toBe(name(key))
    expect(name(otherKey, key)).toBe(name(otherKey))
    expect(name(key)).not.toBe(name(otherKey))
  })

  it('have a name that is derived for this alone', () => {
    const name = sealed.data.slice(22, 28)
    for (const purpose of ['record encryption', 'store key', 'cookie signature'] as const) {
      expect(deriveKey(key, purpose).export().toString('base64url')).not.toContain(name)
    }
    expect(Buffer.from(key).toString('base64url')).not.toContain(name)
  })

  it.each<[string, Secret]>([
    ['text', key],
    ['a Buffer', Buffer.from(key)],
    ['a Uint8Array', new Uint8Array(Buffer.from(key))],
    ['a KeyObject', createSecretKey(Buffer.from(key))],
  ])('are the same in every form: %s', (_name, form) => {
    expect(new Sealing({ keys: [form] }).open('here', sealed)).toEqual(record)
  })

  it('for each salt are what HKDF-SHA-256 (RFC 5869) derives', () => {
    for (const secret of ['x'.repeat(32), 'y'.repeat(100), randomBytes(64), createSecretKey(randomBytes(32))]) {
      const keyOf = keysBySalt(secret, 'record encryption')
      for (const salt of ['A'.repeat(24), 'salt', 's'.repeat(200)]) {
        const expected = hkdfSync('sha256', secret, '', `coatcheck record encryption ${salt}`, 32)
        expect(keyOf(salt)).toEqual(Buffer.from(expected))
      }
    }
  })

  it('show in no inspection of what holds them', () => {
    expect(inspect(sealing, { depth: 10, showHidden: true })).not.toContain('first key')
    expect(JSON.stringify(sealing)).toBe('{}')
  })
})

describe('the option encryption', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  it.each<[string, unknown, RegExp]>([
    ['that is no object', 'key', /^encryption needs keys: set SESSION_ENCRYPTION_KEY/],
    ['null', null, /^encryption needs keys/],
    ['without keys', {}, /^encryption needs keys/],
    ['with one key and no list', { keys: key }, /^encryption needs keys/],
    ['with an empty list', { keys: [] }, /^encryption needs keys/],
    ['whose variable is not set', { keys: [undefined] }, /^encryption needs keys/],
    ['whose older key is not set', { keys: [key, ''] }, /^encryption needs keys/],
    [
      'with a key that is a number',
      { keys: [1] },
      /^the encryption\.keys option must be a string, a Buffer or a KeyObject/,
    ],
    ['with a private key', { keys: [privateKey] }, /^the encryption\.keys option must be/],
    ['with a public key', { keys: [publicKey] }, /^the encryption\.keys option must be/],
    [
      'with a short key',
      { keys: ['x'.repeat(31)] },
      /^each of encryption\.keys must have at least 32 bytes.*To make one: node -p/,
    ],
    [
      'with a short older key',
      { keys: [key, Buffer.alloc(16)] },
      /^each of encryption\.keys must have at least 32 bytes/,
    ],
    ['with a short KeyObject', { keys: [createSecretKey(randomBytes(31))] }, /^each of encryption\.keys/],
    [
      'with a policy that is none',
      { keys: [key], plain: 'maybe' },
      /^encryption\.plain must be one of 'refuse', 'accept', 'write'$/,
    ],
    ['with true for a policy', { keys: [key], plain: true }, /^encryption\.plain must be one of/],
    ['with a word that it does not know', { keys: [key], acceptPlain: true }, /^encryption has no option acceptPlain/],
  ])('%s is refused', (_name, options, message) => {
    expect(() => new Sealing(options as EncryptionOptions)).toThrow(message)
    expect(() => new Sealing(options as EncryptionOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_OPTION' }),
    )
  })

  it('is refused without a word of the keys', () => {
    for (const options of [{ keys: ['short key'] }, { keys: [key, 'short key'] }, { keys: [key], plain: key }]) {
      const tell = (): unknown => new Sealing(options as EncryptionOptions)
      expect(tell).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/short key|the first key/) }))
    }
  })
})
