import { createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { SessionError, SessionOptionError } from '../../src/core/errors.js'
import { secretList, secretSize, TicketSigner } from '../../src/core/secrets.js'
import { sign } from '../http/support/published.js'

const secret = 'keyboard cat'
const signer = new TicketSigner([secret], 'express-session')
const compact = new TicketSigner([secret], 'compact')

/** What arrives: the cookie's value, decoded. */
function ticket(id = 'apple', from = signer): string {
  return decodeURIComponent(from.issue(id))
}

describe('issuing', () => {
  it('gives the known value of express-session for a known ID and secret', () => {
    expect(signer.issue('apple')).toBe('s%3Aapple.D8Y%2BpkTAmeR0PobOhY4G97PRW%2Bj7bUnP%2F5m6%2FOn1MCU')
  })

  it('signs every ID as cookie-signature does', () => {
    const ids = ['a', 'a.b.c', 'sess:1', 'ünïcödé', '😀', ' ', '%', '"quoted"', randomBytes(500).toString('latin1')]
    for (const id of ids) expect(ticket(id)).toBe(`s:${sign(id, secret)}`)
  })

  it('signs with the first of several secrets', () => {
    expect(new TicketSigner([secret, 'old'], 'express-session').issue('apple')).toBe(signer.issue('apple'))
  })

  it('takes a secret as text, bytes or key object alike', () => {
    const forms = [secret, Buffer.from(secret), new Uint8Array(Buffer.from(secret)), createSecretKey(secret, 'utf8')]
    for (const form of forms)
      expect(new TicketSigner([form], 'express-session').issue('apple')).toBe(signer.issue('apple'))
  })

  it('needs no encoding in its compact form', () => {
    expect(compact.issue('apple')).toMatch(/^apple\.[A-Za-z0-9_-]{43}$/)
  })
})

describe('verifying', () => {
  it('answers the ID of a ticket it issued', () => {
    for (const from of [signer, compact])
      expect(from.verify(ticket('apple', from))).toEqual({ id: 'apple', secretIndex: 0 })
  })

  it('accepts what cookie-signature signed', () => {
    expect(signer.verify(`s:${sign('pear', secret)}`)?.id).toBe('pear')
  })

  it('splits at the last dot, so that an ID may hold dots', () => {
    expect(signer.verify(ticket('a.b.c'))?.id).toBe('a.b.c')
    expect(compact.verify(ticket('.', compact))?.id).toBe('.')
  })

  it('says which secret signed', () => {
    const rotated = new TicketSigner(['new', 'middle', secret], 'express-session')
    expect(rotated.verify(ticket())).toEqual({ id: 'apple', secretIndex: 2 })
    expect(rotated.verify(ticket('apple', rotated))).toEqual({ id: 'apple', secretIndex: 0 })
  })

  it('refuses a ticket of a secret that was removed', () => {
    expect(new TicketSigner(['new', 'middle'], 'express-session').verify(ticket())).toBeUndefined()
  })

  it('refuses a ticket with any bit of the ID or the signature flipped', () => {
    for (const from of [signer, compact]) {
      const valid = Buffer.from(ticket('apple', from))
      for (let bit = 0; bit < valid.length * 8; bit += 1) {
        const flipped = Buffer.from(valid)
        flipped[bit >> 3]! ^= 1 << (bit & 7)
        const text = flipped.toString('latin1')
        expect([text, from.verify(text)]).toEqual([text, undefined])
      }
    }
  })

  it('refuses every truncation and every extension', () => {
    const valid = ticket()
    for (let length = 0; length < valid.length; length += 1) {
      expect(signer.verify(valid.slice(0, length))).toBeUndefined()
      expect(signer.verify(valid.slice(valid.length - length))).toBeUndefined()
    }
    for (const more of ['=', 'A', '\0', '\n', ' ', '%', 'é', valid]) expect(signer.verify(valid + more)).toBeUndefined()
    for (const more of [' ', '\0', 's:', 'é']) expect(signer.verify(more + valid)).toBeUndefined()
  })

  it('refuses base64 that is not canonical, though it decodes to the same bytes', () => {
    const valid = ticket()
    const dot = valid.lastIndexOf('.') + 1
    const bytes = Buffer.from(valid.slice(dot), 'base64')
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const twins = Array.from(letters, (last) => valid.slice(0, -1) + last).filter((twin) => twin !== valid)
    const same = twins.filter((twin) => Buffer.from(twin.slice(dot), 'base64').equals(bytes))
    expect(same.length).toBeGreaterThan(0)
    for (const twin of twins) expect(signer.verify(twin)).toBeUndefined()
    expect(signer.verify(valid.replace(/\+/g, '-').replace(/\//g, '_'))).toBeUndefined()
    expect(signer.verify(valid + '=')).toBeUndefined()
  })

  it('refuses letters beyond ASCII that share their low byte, or their whole width, with the right ones', () => {
    const valid = ticket()
    const dot = valid.lastIndexOf('.') + 1
    for (let index = dot; index < valid.length; index += 1) {
      const code = valid.charCodeAt(index)
      for (const lookAlike of [code + 0x100, code + 0xff00, code + 0x80]) {
        const forged = valid.slice(0, index) + String.fromCharCode(lookAlike) + valid.slice(index + 1)
        expect(signer.verify(forged)).toBeUndefined()
      }
    }
    expect(signer.verify(valid.slice(0, dot) + 'é'.repeat(43))).toBeUndefined()
    expect(signer.verify(valid.slice(0, dot) + '\ud83d'.repeat(43))).toBeUndefined()
  })

  it.each([
    ['nothing', ''],
    ['a bare prefix', 's:'],
    ['no dot', 's:apple'],
    ['no signature', 's:apple.'],
    ['an empty signature of the right length', `s:apple.${' '.repeat(43)}`],
    ['no prefix', ticket().slice(2)],
    ['a prefix in capitals', `S${ticket().slice(1)}`],
    ['a JSON cookie', `j:${ticket().slice(2)}`],
    ['a huge value', `s:${'a'.repeat(100_000)}.${'b'.repeat(43)}`],
    ['nothing but dots', '.'.repeat(1_000)],
  ])('refuses %s', (_name, value) => {
    expect(signer.verify(value)).toBeUndefined()
  })

  it('refuses an empty ID even when it is rightly signed', () => {
    expect(signer.verify(`s:${sign('', secret)}`)).toBeUndefined()
  })

  it('refuses the ticket of one form in the other', () => {
    expect(compact.verify(ticket())).toBeUndefined()
    expect(signer.verify(ticket('apple', compact))).toBeUndefined()
  })
})

describe('secretList', () => {
  it('makes a list of one secret, and keeps a list', () => {
    expect(secretList('one')).toEqual(['one'])
    expect(secretList(['one', 'two'])).toEqual(['one', 'two'])
  })

  it.each([
    ['a number', 5],
    ['null in a list', ['one', null]],
    ['an object', {}],
    ['a private key', generateKeyPairSync('ed25519').privateKey],
  ])('refuses %s, and says what a secret may be', (_name, given) => {
    expect(() => secretList(given)).toThrow(SessionOptionError)
    expect(() => secretList(given)).toThrow(/secret option must be a string, a Buffer or a KeyObject/)
  })

  it('names the entry that is wrong and never shows a secret', () => {
    expect(() => secretList(['hush hush', 5])).toThrow(/entry 1 is number/)
    expect(() => secretList(['hush hush', 5])).not.toThrow(/hush/)
    expect(() => secretList(['hush hush', 5])).toThrow(SessionError)
  })
})

describe('secretSize', () => {
  it('counts bytes in every form', () => {
    expect(secretSize('é')).toBe(2)
    expect(secretSize(Buffer.alloc(5))).toBe(5)
    expect(secretSize(new Uint16Array(4))).toBe(8)
    expect(secretSize(createSecretKey(Buffer.alloc(9)))).toBe(9)
  })
})
