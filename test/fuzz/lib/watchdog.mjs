/**
 * Notices an event loop that stands still, which nothing on that loop could: a worker looks whether the case that runs has changed.
 */
import { writeSync } from 'node:fs'
import { Worker, isMainThread, workerData } from 'node:worker_threads'

const pause = 1_000

/** `beat()` says that a case ends. Where none does for `seconds`, `message` is printed and the process is gone. */
export function watchdog(seconds) {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(new URL(import.meta.url), { workerData: { shared, seconds } })
  worker.unref()
  return {
    beat: () => void Atomics.add(shared, 0, 1),
    /** @param {string} message what to print should the loop stand still from here on */
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker is no window
    watch: (message) => worker.postMessage(message),
  }
}

if (!isMainThread) {
  const { parentPort } = await import('node:worker_threads')
  const { shared, seconds } = workerData
  let message = ''
  let last = -1
  let still = 0
  parentPort.on('message', (next) => (message = next))
  setInterval(() => {
    const now = Atomics.load(shared, 0)
    still = now === last ? still + pause / 1_000 : 0
    last = now
    if (still < seconds) return
    writeSync(1, `${message}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, pause)
}
