/**
 * A subject's server process, seen from the benchmark: start it on its core, ask it for its CPU time, end it.
 */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onServerCore } from './cores.mjs'

const script = fileURLToPath(new URL('server.mjs', import.meta.url))

export class SubjectProcess {
  #child
  #name
  #complaints = ''
  #waiting
  #ended = false
  port

  /** `url` is that of the engine, where the subject keeps its sessions in one. */
  static async start(subject, row, url) {
    const server = new SubjectProcess(subject, row, url)
    server.port = await server.#answer()
    return server
  }

  constructor(subject, row, url) {
    this.#name = `${subject.title} (${row.name})`
    const engine = subject.on === undefined ? [] : [subject.on, url]
    const [command, ...args] = onServerCore([process.execPath, script, subject.name, row.name, ...engine])
    this.#child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#complaints += text))
    this.#child.on('message', ({ answer }) => this.#waiting?.resolve(answer))
    this.#child.on('error', (error) => this.#waiting?.reject(error))
    this.#child.on('exit', (code, signal) => {
      this.#ended = true
      this.#waiting?.reject(this.#gone(code ?? signal))
    })
  }

  /** User and system time of the whole process so far, garbage collection and compilation included, in µs. */
  cpuTime() {
    return this.#ask('cpu')
  }

  startProfile() {
    return this.#ask('profile')
  }

  /** The profile since `startProfile`, as DevTools reads it. */
  endProfile() {
    return this.#ask('endProfile')
  }

  stop() {
    if (!this.#ended) this.#child.kill('SIGKILL')
  }

  #ask(command) {
    this.#child.send(command)
    return this.#answer()
  }

  #answer() {
    if (this.#ended) throw this.#gone('earlier')
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #gone(how) {
    return new Error(`the server of ${this.#name} ended (${how}):\n${this.#complaints}`)
  }
}
