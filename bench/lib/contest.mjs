/**
 * One subject in one row: its server, its visitors, and the proof that it does the row's job, before the measurement and at each request
 * of it.
 */
import assert from 'node:assert/strict'
import { Connection } from './connection.mjs'
import { pinned } from './cores.mjs'
import { maxAge } from './rows.mjs'
import { percentile } from './statistics.mjs'
import { stayAwake } from './stay-awake.mjs'
import { SubjectProcess } from './subject-process.mjs'
import { Visitor } from './visitor.mjs'

const visitorsPerConnection = 8
const patience = 30_000

// What the visitors of a site carry besides its session.
const siteCookies = { theme: 'dark' }
// Where nobody reads it there is a cookie all the same: what a subject adds is reading it, not that the request is longer.
const bareCookie = { 'connect.sid': `s%3A${'x'.repeat(32)}.${'y'.repeat(43)}` }

export class Contest {
  #server
  #connections = []
  #subject
  #row
  #latencies = []
  /** Not where an engine is on the load's core, or the server itself. */
  #staysAwake

  /** `atOnce` connections, each with a request under way. `url` is that of the engine, where the subject keeps its sessions in one. */
  static async begin(subject, row, atOnce, url) {
    const contest = new Contest(subject, row, pinned && url === undefined)
    await contest.#prepare(atOnce, url)
    return contest
  }

  constructor(subject, row, staysAwake) {
    this.#subject = subject
    this.#row = row
    this.#staysAwake = staysAwake
  }

  async #prepare(atOnce, url) {
    this.#server = await SubjectProcess.start(this.#subject, this.#row, url)
    try {
      while (this.#connections.length < atOnce) {
        const connection = await Connection.open(this.#server.port)
        this.#connections.push({ connection, visitors: await this.#visitors(connection), turn: 0 })
      }
      await this.#verify(this.#connections[0])
    } catch (error) {
      this.end()
      throw error
    }
  }

  end() {
    for (const { connection } of this.#connections) connection.close()
    this.#server?.stop()
  }

  startProfile() {
    return this.#server.startProfile()
  }

  endProfile() {
    return this.#server.endProfile()
  }

  /**
   * Sends `count` requests and answers the server's CPU time for each of them, and the load's own, in µs (0 where it never sleeps); how many were
   * answered a second; and how long the slowest hundredth waited, in ms.
   */
  async round(count) {
    this.#latencies = []
    const ownBefore = process.cpuUsage()
    const before = await this.#server.cpuTime()
    const rest = this.#staysAwake ? stayAwake() : () => {}
    const start = performance.now()
    await this.#drive(count).finally(rest)
    const seconds = (performance.now() - start) / 1000
    const after = await this.#server.cpuTime()
    const own = process.cpuUsage(ownBefore)
    return {
      server: (after - before) / count,
      load: this.#staysAwake ? 0 : (own.user + own.system) / count,
      rate: count / seconds,
      p99: percentile(this.#latencies, 0.99),
    }
  }

  async #visitors(connection) {
    const visitors = []
    for (let index = 0; index < visitorsPerConnection; index += 1) {
      const known = this.#row.known
      const visitor = new Visitor({ ...siteCookies, ...(known && this.#subject.sessionless ? bareCookie : {}) })
      if (known && !this.#subject.sessionless) await this.#arrive(visitor, connection)
      visitors.push(visitor)
    }
    return visitors
  }

  async #arrive(visitor, connection) {
    const response = await connection.exchange(visitor.request('/arrive'))
    assert.ok(
      response.ok && response.setCookies.length > 0,
      this.#complaint('does not greet a new visitor with a cookie', response),
    )
    visitor.adopt(response)
    visitor.welcomed()
  }

  async #verify({ connection, visitors }) {
    const { path } = this.#row
    for (const visitor of visitors.slice(0, 3)) {
      for (let time = 0; time < 3; time += 1) {
        const response = await connection.exchange(visitor.request(path))
        this.#check(visitor, response)
        if (this.#row.rolling && !this.#subject.sessionless) this.#checkExpiry(response)
      }
      if (this.#row.known && !this.#subject.sessionless) await this.#verifyVisitor(connection, visitor)
    }
  }

  /** What was written is there on the next request, and only for who has the cookie as it was signed. */
  async #verifyVisitor(connection, visitor) {
    const response = await connection.exchange(visitor.request('/read'))
    assert.equal(response.body, String(visitor.views), this.#complaint('did not keep what was written', response))
    visitor.adopt(response)
    const forger = new Visitor(siteCookies)
    for (const name of visitor.cookieNames) forger.setCookie(name, forged(visitor.cookie(name)))
    const answer = await connection.exchange(forger.request('/read'))
    assert.equal(answer.body, '0', this.#complaint('took a cookie whose signature is wrong', answer))
  }

  #checkExpiry(response) {
    const sent = response.setCookies.map((line) => /expires=([^;]+)/i.exec(line)?.[1]).find(Boolean)
    // coatcheck() lets the browser keep the cookie for a touch window of a minute more.
    const beyond = Date.parse(sent) - Date.now() - maxAge
    assert.ok(beyond > -5_000 && beyond < 65_000, this.#complaint('does not renew the expiry of its cookie', response))
  }

  #check(visitor, response) {
    const { counts, known, setsCookie } = this.#row
    if (!response.ok) throw new Error(this.#complaint('answered with an error', response))
    if (this.#subject.sessionless) return
    if (counts) visitor.views += 1
    const expected = known ? String(visitor.views) : this.#row.path === '/write' ? '1' : '0'
    if (response.body !== expected)
      throw new Error(this.#complaint(`answered ${response.body} instead of ${expected}`, response))
    const { setCookies } = response
    if (setCookies.length === 0) {
      if (setsCookie) throw new Error(this.#complaint('sent no cookie', response))
      return
    }
    // A session that lives in the cookie sends it whenever it changes.
    if (!setsCookie && this.#subject.name !== 'cookie-session')
      throw new Error(this.#complaint('sent a cookie for nothing', response))
    if (known) visitor.adopt(response)
  }

  async #drive(count) {
    const share = Math.ceil(count / this.#connections.length)
    let watchdog
    let answered = 0
    const stuck = new Promise((_resolve, reject) => {
      const error = new Error(`${this.#subject.title} is stuck in the row "${this.#row.title}"`)
      watchdog = setInterval(() => {
        if (this.#latencies.length === answered) reject(error)
        answered = this.#latencies.length
      }, patience)
    })
    const lanes = this.#connections.map((lane, index) => this.#runLane(lane, Math.min(share, count - index * share)))
    try {
      await Promise.race([Promise.all(lanes), stuck])
    } finally {
      clearInterval(watchdog)
    }
  }

  #runLane(lane, count) {
    const { path } = this.#row
    const { connection, visitors } = lane
    let ahead = count
    return new Promise((resolve, reject) => {
      const step = () => {
        if (ahead <= 0) {
          resolve()
          return
        }
        ahead -= 1
        const visitor = visitors[lane.turn]
        lane.turn = (lane.turn + 1) % visitors.length
        const sent = performance.now()
        connection.send(visitor.request(path), (error, response) => {
          this.#latencies.push(performance.now() - sent)
          try {
            if (error) throw error
            this.#check(visitor, response)
          } catch (failure) {
            reject(failure)
            return
          }
          step()
        })
      }
      step()
    })
  }

  #complaint(what, response) {
    return `${this.#subject.title} in the row "${this.#row.title}" ${what}:\n${response.text}`
  }
}

function forged(value) {
  // Not the very last character, some of whose bits no decoder looks at.
  const other = value.at(-2) === 'A' ? 'B' : 'A'
  return `${value.slice(0, -2)}${other}${value.slice(-1)}`
}
