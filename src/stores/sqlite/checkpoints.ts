/**
 * Writing the log (WAL) back into the database, in a thread of its own.
 *
 * SQLite does it in the middle of whichever write makes the log too long, and then that write waits for the disk: tens of milliseconds, hundreds on a
 * busy machine, with the event loop held up. In a thread nobody waits. Where no thread can be had, SQLite does it after all.
 */
import { Worker } from 'node:worker_threads'

/** Rows that are written between two looks at the log: about a thousand pages of it, four megabytes. */
const rowsBetweenLooks = 256
/** Sixteen megabytes. */
const pagesOfLongestLog = 4_000

/**
 * As text, so that it needs no file that a bundler could leave behind. PASSIVE keeps nobody waiting, and leaves RESTART little to do. The first
 * write of a new log waits for the disk: it is made here, and changes nothing. An attempt that fails is followed by the next.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  process.emitWarning = () => {}
  const loaded = require(workerData.module)
  const database = new (loaded.DatabaseSync ?? loaded)(workerData.path)
  database.exec('PRAGMA busy_timeout = 100')
  database.exec('PRAGMA synchronous = ' + workerData.synchronous)
  const checkpoint = (mode) => database.prepare('PRAGMA wal_checkpoint(' + mode + ')').get()
  const begin = () => {
    try {
      database.exec(
        'BEGIN IMMEDIATE; INSERT INTO coatcheck_schema VALUES (0); DELETE FROM coatcheck_schema WHERE version = 0; COMMIT',
      )
    } catch {
      database.exec('ROLLBACK')
    }
  }
  let restartAt = workerData.longestLog
  const look = () => {
    const { log } = checkpoint('PASSIVE')
    if (log < restartAt) return
    if (checkpoint('RESTART').busy) {
      restartAt = log + workerData.longestLog
      return
    }
    restartAt = workerData.longestLog
    begin()
  }
  parentPort.on('message', (message) => {
    try {
      look()
    } catch {}
    if (message === 'close') {
      database.close()
      parentPort.close()
    } else parentPort.postMessage('done')
  })
`

/** A thread as far as it is used. */
export type CheckpointThread = Pick<Worker, 'on' | 'postMessage' | 'ref' | 'unref'>

export interface CheckpointSettings {
  readonly path: string
  /** What `require` loads the library by. */
  readonly module: string
  readonly synchronous: string
  /** Called when there is no thread, or none any more. */
  readonly withoutThread: () => void
  /** Pages. A longer log is begun anew, for which all writers wait, by the clock, until the thread is done. */
  readonly longestLog?: number
  readonly startThread?: (workerData: object) => CheckpointThread
}

export class Checkpoints {
  readonly #settings: CheckpointSettings
  #thread: CheckpointThread | undefined
  #ended: Promise<void> | undefined
  #rows = 0
  #looking = false
  #closing = false
  #failed = false

  constructor(settings: CheckpointSettings) {
    this.#settings = settings
  }

  /** To be told of each commit. The thread is started by the first rows that are worth it. */
  wrote(rows: number): void {
    this.#rows += rows
    if (this.#rows < rowsBetweenLooks || this.#looking || this.#failed) return
    const thread = (this.#thread ??= this.#start())
    if (thread === undefined) return
    this.#rows = 0
    this.#looking = true
    thread.postMessage('look')
  }

  /** Writes back what the log has, and ends the thread, which otherwise keeps the file open. */
  close(): Promise<void> | undefined {
    this.#closing = true
    if (this.#failed) return undefined
    this.#thread?.ref()
    this.#thread?.postMessage('close')
    return this.#ended
  }

  #start(): CheckpointThread | undefined {
    const { module, path, synchronous, longestLog = pagesOfLongestLog, startThread = startWorker } = this.#settings
    try {
      const thread = startThread({ module, path, synchronous, longestLog })
      this.#ended = new Promise((resolve) => {
        thread.on('message', () => {
          this.#looking = false
        })
        // It ends with 'exit' too; unheard it would end the process.
        thread.on('error', () => {})
        thread.on('exit', () => {
          resolve()
          if (!this.#closing) this.#fail()
        })
      })
      // After the listeners: each of them would keep the process alive again.
      thread.unref()
      return thread
    } catch {
      this.#fail()
      return undefined
    }
  }

  #fail(): void {
    this.#failed = true
    this.#settings.withoutThread()
  }
}

/** None of the options and hooks of the app's own threads: it is SQLite alone that runs there. */
function startWorker(workerData: object): Worker {
  return new Worker(program, { eval: true, workerData, execArgv: [], name: 'coatcheck-sqlite' })
}
