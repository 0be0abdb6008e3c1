/**
 * The scanner of the leak scan finds what it knows, wherever and however it is written.
 */
import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'

import { describe, expect, it } from 'vitest'

import { LeakScanner } from './support/leak-scanner.js'

const id = randomBytes(32).toString('base64url')
const key = randomBytes(32)
const phrase = 'correct horse battery staple, and then some more'
const scanner = new LeakScanner()
scanner.know('id', id)
scanner.know('key', key)
scanner.know('phrase', phrase)

const plant = (text: string): string => `before ${text} after`

describe('the scanner', () => {
  it.each<[string, string, string | Buffer]>([
    ['a text as it is', 'id', plant(id)],
    ['the first part of it', 'id', plant(`${id.slice(0, 16)}…`)],
    ['the last part of it', 'id', plant(`…${id.slice(-16)}`)],
    ['it in an error', 'id', inspect(new Error(`no session ${id}`))],
    ['it in a value inside a value', 'id', inspect({ a: [{ b: id }] }, { depth: 10 })],
    ['its bytes, which it is the base64url of', 'id', Buffer.concat([Buffer.from('xx'), Buffer.from(id, 'base64url')])],
    ['those as hex', 'id', plant(Buffer.from(id, 'base64url').toString('hex'))],
    ['its text as hex', 'id', plant(Buffer.from(id).toString('hex'))],
    ['its text as base64', 'id', plant(Buffer.from(id).toString('base64'))],
    ['it in the middle of base64', 'id', Buffer.from(`a${id}b`).toString('base64')],
    ['it in the middle of base64, one further', 'id', Buffer.from(`ab${id}b`).toString('base64')],
    ['it as UTF-16 in a file', 'id', Buffer.from(plant(id), 'utf16le')],
    ['it in a file', 'id', Buffer.concat([randomBytes(1000), Buffer.from(id), randomBytes(1000)])],
    ['bytes as they are', 'key', Buffer.concat([randomBytes(10), key])],
    ['an inspected Buffer', 'key', inspect(key)],
    [
      'an inspected array of bytes',
      'key',
      inspect(new Uint8Array(key), { maxArrayLength: null, breakLength: Infinity }),
    ],
    ['a Buffer as JSON', 'key', JSON.stringify(key)],
    ['bytes as base64', 'key', plant(key.toString('base64'))],
    ['a phrase in a URL', 'phrase', `?secret=${encodeURIComponent(phrase)}`],
    ['a phrase in a URL in a URL', 'phrase', encodeURIComponent(`?s=${encodeURIComponent(phrase)}`)],
    ['a phrase in JSON', 'phrase', JSON.stringify({ secret: phrase })],
  ])('finds %s', (_name, secret, content) => {
    expect(scanner.leaksIn('here', content)).toEqual([{ secret, place: 'here' }])
  })

  it('finds nothing where nothing is', () => {
    const other = randomBytes(32).toString('base64url')
    for (const text of ['', 'x', plant(other), randomBytes(10_000), plant(id.slice(0, 15)), inspect(randomBytes(48))]) {
      expect(scanner.leaksIn('here', text)).toEqual([])
    }
  })

  it('refuses to look for what is found everywhere', () => {
    expect(() => new LeakScanner().know('short', 'secret')).toThrow(/too short/)
  })
})
