/**
 * Forgetting expired records, a batch at a time, so that neither the store nor the event loop is ever busy with it for long.
 */
import type { Clock } from './clock.js'
import type { SessionStore } from './record.js'

// Time for requests between two batches.
const pauseBetweenBatches = 20

/** Sweeps every `interval` milliseconds until it is stopped. Does not keep the process alive. */
export function startSweeper(
  store: SessionStore,
  interval: number,
  clock: Clock,
  onError: (error: unknown) => void,
): () => void {
  let stopped = false
  let cancel: () => void

  const wait = (milliseconds: number): void => {
    if (!stopped) cancel = clock.after(milliseconds, sweep, 'background')
  }
  const swept = (count: number): void => wait(count > 0 ? pauseBetweenBatches : interval)
  const failed = (error: unknown): void => {
    if (stopped) return
    onError(error)
    wait(interval)
  }
  const sweep = (): void => {
    // Called in a promise, so that a store that throws and one that rejects are the same.
    Promise.resolve()
      .then(() => store.sweep(clock.now()))
      .then(swept)
      .catch(failed)
  }

  wait(interval)
  return () => {
    stopped = true
    cancel()
  }
}
