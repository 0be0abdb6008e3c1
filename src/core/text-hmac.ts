/**
 * HMAC-SHA-256 (RFC 2104) of short texts under one key, as the two hashes that it is made of.
 *
 * `createHmac` makes an object with a native half for each text, and the garbage collector has to bury both. Two one-shot hashes over
 * buffers that are there already cost less than half of it, and this is asked once or twice for each request.
 */
import { createHash, createHmac, hash, KeyObject } from 'node:crypto'
import type { Secret } from './secrets.js'

const blockBytes = 64
const digestBytes = 32
const roomForText = 192
const innerPad = 0x36
const outerPad = 0x5c

export type TextHmac = (text: string, encoding: 'base64' | 'base64url') => string

/** The same as `createHmac('sha256', secret).update(text).digest(encoding)`. */
export function textHmac(secret: Secret): TextHmac {
  const key = keyBytes(secret)
  const inner = padded(key, innerPad, roomForText)
  const outer = padded(key, outerPad, digestBytes)
  // A view for each length, because making one takes as long as hashing it.
  const messages = Array.from({ length: roomForText + 1 }, (_, length) => inner.subarray(0, blockBytes + length))
  return (text, encoding) => {
    // A UTF-16 unit is at most three bytes of UTF-8.
    if (text.length * 3 > roomForText) return createHmac('sha256', secret).update(text).digest(encoding)
    const length = inner.write(text, blockBytes, 'utf8')
    outer.write(hash('sha256', messages[length]!, 'binary'), blockBytes, 'latin1')
    return hash('sha256', outer, encoding)
  }
}

/** One block of key and pad, with room behind it. */
function padded(key: Buffer, pad: number, room: number): Buffer {
  const buffer = Buffer.allocUnsafeSlow(blockBytes + room).fill(pad)
  for (const [index, byte] of key.entries()) buffer[index] = byte ^ pad
  return buffer
}

function keyBytes(secret: Secret): Buffer {
  const bytes = bytesOf(secret)
  return bytes.length > blockBytes ? createHash('sha256').update(bytes).digest() : bytes
}

function bytesOf(secret: Secret): Buffer {
  if (typeof secret === 'string') return Buffer.from(secret, 'utf8')
  return secret instanceof KeyObject
    ? secret.export()
    : Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength)
}
