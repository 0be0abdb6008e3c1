/**
 * Who is let in when the app does not say: the table.
 */
import { describe, expect, it } from 'vitest'

import { reasonToStayClosed, type AdmissionSigns, type ClosedReason } from '../../src/inspector/serving/admission.js'

const developer: AdmissionSigns = { production: false, address: '127.0.0.1', forwarded: false, host: 'localhost:3000' }

describe('without authorize', () => {
  it.each<[what: string, signs: Partial<AdmissionSigns>, reason: ClosedReason | undefined]>([
    ['a developer’s browser is let in', {}, undefined],
    ['over IPv6', { address: '::1', host: '[::1]:3000' }, undefined],
    ['over a socket for both families', { address: '::ffff:127.0.0.1' }, undefined],
    ['under another loopback address', { address: '127.8.0.1', host: '127.8.0.1' }, undefined],
    ['under a name below localhost', { host: 'shop.localhost:8080' }, undefined],
    ['whatever the case of the name', { host: 'LocalHost' }, undefined],
    ['nobody in production', { production: true }, 'production'],
    ['another machine is kept out', { address: '192.168.1.7' }, 'remote'],
    ['over IPv6 as well', { address: '2001:db8::1' }, 'remote'],
    ['an address that only begins like one of ours', { address: '127.0.0.1.evil' }, 'remote'],
    ['a mapped address of another machine', { address: '::ffff:192.168.1.7' }, 'remote'],
    ['a connection without an address', { address: undefined }, 'remote'],
    ['what a proxy has brought', { forwarded: true }, 'forwarded'],
    ['a page that had its own name lead here', { host: 'evil.example' }, 'host'],
    ['a name that only begins like ours', { host: 'localhost.evil.example' }, 'host'],
    ['a name that only ends like ours', { host: 'evillocalhost' }, 'host'],
    ['an address as a part of a name', { host: '127.0.0.1.nip.io' }, 'host'],
    ['an IPv6 address of another machine', { host: '[2001:db8::1]' }, 'host'],
    ['a request without a host', { host: undefined }, 'host'],
    ['an empty host', { host: '' }, 'host'],
    ['two hosts in one', { host: 'localhost:3000, evil.example' }, 'host'],
  ])('%s', (_what, signs, reason) => {
    expect(reasonToStayClosed({ ...developer, ...signs })).toBe(reason)
  })
})
