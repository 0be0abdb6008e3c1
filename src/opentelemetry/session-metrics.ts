/**
 * The instruments, by the naming of OpenTelemetry's semantic conventions: dots between names, units apart, no plural but in counts.
 */
import type { Meter } from '@opentelemetry/api'
import type { Listenable } from './index.js'
import { listenTo } from './listeners.js'

// Seconds. A store in memory answers in microseconds, one that is in trouble in seconds.
const durations = [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

export function tellMetrics(sessions: Listenable, meter: Meter): () => void {
  const count = (name: string, unit: string, description: string) =>
    meter.createCounter(`coatcheck.${name}`, { unit, description })

  const created = count('session.created', '{session}', 'Sessions that were stored for the first time')
  const ended = count('session.ended', '{session}', 'Sessions that ended, by what ended them')
  const signIns = count('sign_in', '{sign_in}', 'Sign-ins, and proofs of identity that were given again')
  const writes = count('session.write', '{write}', 'Sessions whose data was stored, or whose deadline alone was moved')
  const conflicts = count(
    'session.conflict',
    '{conflict}',
    'Changes that two requests made at once, merged whole or not',
  )
  const rejected = count('cookie.rejected', '{cookie}', 'Cookies that led to no session')
  const failures = count('store.failure', '{failure}', 'Questions that the store failed to answer')
  const calls = meter.createHistogram('coatcheck.store.call.duration', {
    unit: 's',
    description: 'How long the store took to answer',
    advice: { explicitBucketBoundaries: durations },
  })

  return listenTo(sessions, {
    created: () => created.add(1),
    saved: () => writes.add(1, { 'coatcheck.write': 'data' }),
    touched: () => writes.add(1, { 'coatcheck.write': 'deadline' }),
    destroyed: () => ended.add(1, { 'coatcheck.reason': 'destroyed' }),
    revoked: ({ by }) => ended.add(1, { 'coatcheck.reason': `revoked by ${by}` }),
    expired: ({ timeout }) => ended.add(1, { 'coatcheck.reason': `${timeout} timeout` }),
    evicted: () => ended.add(1, { 'coatcheck.reason': 'evicted' }),
    signedIn: ({ again }) => signIns.add(1, { 'coatcheck.again': again }),
    conflict: ({ paths }) => conflicts.add(1, { 'coatcheck.merged': paths.length === 0 }),
    rejected: ({ reason }) => rejected.add(1, { 'coatcheck.reason': reason }),
    storeError: ({ operation }) => failures.add(1, { 'coatcheck.operation': operation }),
    storeCall: ({ operation, milliseconds, failed }) =>
      calls.record(milliseconds / 1000, {
        'coatcheck.operation': operation,
        ...(failed ? { 'error.type': 'store' } : {}),
      }),
  })
}
