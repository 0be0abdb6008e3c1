/**
 * Commands about secrets: secret, decode.
 */
import { randomBytes } from 'node:crypto'
import { deriveKey } from '../../core/keys.js'
import { TicketSigner } from '../../core/secrets.js'
import { Failure } from '../failures.js'
import type { Output } from '../output.js'

/** 32 random bytes, which is as much as the signature can make use of. */
export function secret(out: Output): void {
  out.print(randomBytes(32).toString('base64url'))
}

export interface DecodeOptions {
  readonly json?: boolean | undefined
  readonly full?: boolean | undefined
}

/** What a cookie says, and which of the secrets signed it. Without one its form can be told and nothing else. */
export function decode(cookie: string, secrets: readonly string[], { json, full }: DecodeOptions, out: Output): void {
  const value = decoded(cookie.replace(/^[^=;\s]+=(?=.)/, '').replace(/;.*$/s, ''))
  const form = value.startsWith('s:') ? 'express-session' : 'compact'
  const id = /^(?:s:)?(.+)\.[A-Za-z0-9+/_=-]+$/s.exec(value)?.[1]
  if (id === undefined) throw new Failure('that is no session cookie: it must be an ID, a dot and a signature', 2)
  const keys = form === 'compact' ? secrets.map((one) => deriveKey(one, 'cookie signature')) : secrets
  const ticket = secrets.length === 0 ? undefined : new TicketSigner(keys, form).verify(value)
  const result = {
    form: form === 'compact' ? 'coatcheck()' : 'session(), express-session',
    valid: secrets.length === 0 ? undefined : ticket !== undefined,
    secret: ticket === undefined ? undefined : ticket.secretIndex + 1,
    id: full === true ? id : `${id.slice(0, 4)}… (${id.length} characters)`,
  }
  if (json === true) out.json(result)
  else {
    const { valid } = result
    out.table(
      ['COOKIE', 'of ' + result.form],
      [
        [
          'signature',
          valid === undefined
            ? 'not checked: give SESSION_SECRET'
            : valid
              ? signedBy(result.secret!, secrets.length)
              : 'none of these secrets made it',
        ],
        ['session ID', result.id],
      ],
    )
  }
  if (result.valid === false) throw new Failure('the signature is not valid', 1)
}

function signedBy(index: number, count: number): string {
  if (count === 1) return 'valid'
  return index === 1 ? 'valid, by the newest secret' : `valid, by secret ${index} of ${count}: an older one`
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
