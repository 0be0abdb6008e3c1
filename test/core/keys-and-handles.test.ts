import { createHmac, createSecretKey, hkdfSync } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { hashedHandles, sealedHandles } from '../../src/core/handles.js'
import { deriveKey, hashedStoreKeys, plainStoreKeys, type KeyPurpose } from '../../src/core/keys.js'

const secret = 'a secret of some thirty-two bytes'
const purposes: readonly KeyPurpose[] = [
  'cookie signature',
  'store key',
  'handle encryption',
  'handle integrity',
  'csrf token',
]

describe('deriveKey', () => {
  it('is HKDF-SHA-256 with the purpose as its label: a change would change every key in use', () => {
    const expected = Buffer.from(hkdfSync('sha256', secret, '', 'coatcheck store key', 32))
    expect(deriveKey(secret, 'store key').export().equals(expected)).toBe(true)
  })

  it('gives a different key for each purpose and each secret, and never the secret', () => {
    const keys = [secret, 'another'].flatMap((each) => purposes.map((purpose) => deriveKey(each, purpose).export()))
    const texts = new Set(keys.map((key) => key.toString('hex')))
    expect(texts.size).toBe(purposes.length * 2)
    for (const key of keys) {
      expect(key).toHaveLength(32)
      expect(key.includes(Buffer.from(secret))).toBe(false)
    }
  })

  it('derives alike from text, bytes and key objects', () => {
    const forms = [secret, Buffer.from(secret), createSecretKey(secret, 'utf8')]
    const keys = forms.map((form) => deriveKey(form, 'store key').export().toString('hex'))
    expect(new Set(keys).size).toBe(1)
  })
})

describe('store keys', () => {
  it('are a keyed hash of the ID, with the key of the asked secret', () => {
    const keyOf = hashedStoreKeys(['newest', 'older'])
    const expected = createHmac('sha256', deriveKey('newest', 'store key')).update('an id').digest('base64url')
    expect(keyOf('an id', 0)).toBe(expected)
    expect(keyOf('an id', 1)).toBe(hashedStoreKeys(['older'])('an id', 0))
    expect(keyOf('an id', 0)).not.toBe(keyOf('an id', 1))
  })

  it('are the ID itself where records are shared with express-session', () => {
    expect(plainStoreKeys('an id', 3)).toBe('an id')
  })
})

describe('handles', () => {
  const keys = ['a', 'x'.repeat(43), 'ID.with-all_kinds', 'ünïcödé', ' ', 'k'.repeat(5_000)]

  it('of hashed keys are the keys, and nothing that has not their shape is looked up', () => {
    const key = hashedStoreKeys([secret])('an id', 0)
    expect(hashedHandles.handleOf(key)).toBe(key)
    expect(hashedHandles.keyOf(key)).toBe(key)
    for (const made of ['', 'short', key + 'x', `${key.slice(0, -1)}\n`, `${key.slice(0, -1)}é`]) {
      expect(hashedHandles.keyOf(made)).toBeUndefined()
    }
  })

  it('of plain IDs lead back to the ID, are always the same, and show nothing of it', () => {
    const sealed = sealedHandles(secret)
    for (const key of keys) {
      const handle = sealed.handleOf(key)
      expect(handle).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(sealed.handleOf(key)).toBe(handle)
      expect(sealed.keyOf(handle)).toBe(key)
      expect(handle).not.toContain(Buffer.from(key).toString('base64url'))
    }
    expect(new Set(keys.map(sealed.handleOf)).size).toBe(keys.length)
  })

  it('share no piece for IDs that share a beginning', () => {
    const sealed = sealedHandles(secret)
    const one = sealed.handleOf('same beginning 1')
    const other = sealed.handleOf('same beginning 2')
    expect(one.slice(0, 16)).not.toBe(other.slice(0, 16))
    expect(one.slice(24)).not.toBe(other.slice(24))
  })

  it('that were made up, changed, cut, or made under another secret name nothing', () => {
    const sealed = sealedHandles(secret)
    const bytes = Buffer.from(sealed.handleOf('an id'), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      expect(sealed.keyOf(flipped.toString('base64url'))).toBeUndefined()
    }
    for (let length = 0; length < bytes.length; length += 1) {
      expect(sealed.keyOf(bytes.subarray(0, length).toString('base64url'))).toBeUndefined()
    }
    expect(sealedHandles('another').keyOf(sealed.handleOf('an id'))).toBeUndefined()
    for (const made of ['', 'an id', '!!!', 'A'.repeat(1_000)]) expect(sealed.keyOf(made)).toBeUndefined()
  })
})
