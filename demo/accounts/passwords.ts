/**
 * Passwords: kept as scrypt hashes with a salt each, compared in constant time.
 */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'

// OWASP's setting for 16 MiB of memory. It stands in each hash, so that it can be raised without locking anybody out.
const cost = { N: 16_384, r: 8, p: 5 } as const
const keyBytes = 32
const saltBytes = 16

/** Text to keep: `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

/**
 * Does the password fit the hash? Without a hash the answer is no, and takes as long as with one: the time must not tell whether
 * there is such an account.
 */
export async function passwordFits(password: string, hash: string | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = (hash ?? nobody).split('$')
  const expected = Buffer.from(key!, 'base64url')
  const found = await derive(password, Buffer.from(salt!, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(found, expected) && hash !== undefined
}

const nobody = `scrypt$${cost.N}$${cost.r}$${cost.p}$${'A'.repeat(22)}$${'A'.repeat(43)}`

function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The same letter can be typed as one character or as two; a visitor cannot see which.
    scrypt(password.normalize('NFC'), salt, keyBytes, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
