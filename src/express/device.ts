/**
 * What is kept of the device that a request comes from: its browser's name for itself, and its address.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { inspect } from 'node:util'
import { SessionOptionError } from '../core/errors.js'
import type { DeviceMark } from '../core/marks.js'
import type { SessionRequest } from './session-host.js'

/**
 * What a user's session keeps of its device. `false` keeps nothing. `address: 'truncated'` keeps the network alone (the first 24 bits of
 * IPv4, the first 48 of IPv6), `address: false` keeps none: an address is personal data.
 */
export type DeviceOption = boolean | { readonly address?: boolean | 'truncated' | undefined }

/** Longer than browsers' own; the rest is somebody playing. */
const longestAgent = 400
/** IPv6 in full, and the name of an interface. */
const longestAddress = 64

/** Answers how a request's device is read, or nothing where the app wants none kept. */
export function deviceReader(option: unknown): ((req: SessionRequest) => DeviceMark) | undefined {
  if (option === false) return undefined
  const address = addressOption(option)
  return (req) => ({
    agent: req.headers['user-agent']?.slice(0, longestAgent),
    address: address === false ? undefined : addressOf(req, address === 'truncated'),
  })
}

function addressOption(option: unknown): boolean | 'truncated' {
  if (option === undefined || option === true) return true
  const { address = true } = (typeof option === 'object' && option !== null ? option : { address: option }) as {
    address?: unknown
  }
  if (typeof address === 'boolean' || address === 'truncated') return address
  throw new SessionOptionError(
    `device must be true, false, or { address: true | false | 'truncated' }, and not ${inspect(option)}`,
  )
}

/** The address as Express knows it, by the app's `trust proxy` setting; without Express, that of the connection. What is none is not kept. */
function addressOf(req: SessionRequest, truncated: boolean): string | undefined {
  const { ip, socket } = req as { ip?: unknown; socket?: { remoteAddress?: string | undefined } | null | undefined }
  const told = typeof ip === 'string' ? ip : socket?.remoteAddress
  if (told === undefined) return undefined
  // A proxy that is trusted hands on whatever it was sent, and some add a port.
  const address = plainAddress(told) ?? plainAddress(told.replace(/^\[(.*)\](?::\d+)?$|:\d+$/, '$1'))
  return address === undefined || !truncated ? address : networkOf(address)
}

function plainAddress(text: string): string | undefined {
  // As a socket for both families writes an IPv4 address.
  const plain = text.replace(/^::ffff:(?=\d+\.)/i, '')
  return plain.length <= longestAddress && (isIPv4(plain) || isIPv6(plain)) ? plain : undefined
}

/** `203.0.113.7` as `203.0.113.0`, `2001:db8:1:2::7` as `2001:db8:1::`. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address.replace(/\d+$/, '0')
  const [head = ''] = address.split('%', 1)
  // An IPv4 address at the end stands for two groups.
  const [before = '', after] = head.replace(/\d+\.\d+\.\d+\.\d+$/, '0:0').split('::')
  const groups = before === '' ? [] : before.split(':')
  if (after !== undefined) {
    const behind = after === '' ? [] : after.split(':')
    groups.push(...Array.from({ length: 8 - groups.length - behind.length }, () => '0'), ...behind)
  }
  const network = groups.slice(0, 3).map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
  // The shortest form (RFC 5952).
  while (network.length > 0 && network.at(-1) === '0') network.pop()
  return `${network.join(':')}::`
}
