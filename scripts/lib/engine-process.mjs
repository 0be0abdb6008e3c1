// @ts-check
/**
 * A server process in a folder of its own that ends when we end, however that happens.
 *
 * The server is started by a small shell, the watchdog, whose input is a pipe from us. The pipe closes when `stop` closes it and
 * when this process dies of anything, SIGKILL included; then the watchdog stops the server and removes the folder.
 */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const readyWithin = 30_000
const stopWithin = 10_000
const attempts = 3

const watchdog = `
folder=$1 signal=$2
shift 2
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
exec >/dev/null 2>&1
echo "$server" >"$folder/pid"
{
  while read -r line <&3; do :; done
  kill -"$signal" "$server"
  kill -CONT "$server"
  waited=0
  while kill -0 "$server" && [ "$waited" -lt 50 ]; do
    sleep 0.1
    waited=$((waited + 1))
  done
  kill -KILL "$server"
} &
guard=$!
exec 3<&-
wait "$server"
code=$?
kill "$guard"
rm -rf "$folder"
exit "$code"
`

/**
 * @typedef {import('node:child_process').ChildProcess} ChildProcess
 *
 * @typedef {object} EngineSpec
 * @property {string} name
 * @property {(folder: string, port: number) => readonly [command: string, ...args: string[]]} command
 * @property {(folder: string) => readonly [command: string, ...args: string[]]} [prepare] runs to its end before the server starts
 * @property {(port: number) => Promise<void>} probe throws while the server is not ready
 * @property {NodeJS.Signals} stopSignal
 * @property {number} [port]
 * @property {boolean} [dropRoot] the server refuses to run as root
 *
 * @typedef {object} EngineProcess
 * @property {number} port
 * @property {() => string} log
 * @property {string} folder
 * @property {number} pid
 * @property {(signal: NodeJS.Signals) => void} signal
 * @property {() => Promise<void>} stop
 */

/**
 * Starts a server and answers when it is ready. A free port may be taken by someone else before the server has it, so a start that
 * fails is tried again with another one.
 * @param {EngineSpec} spec
 * @returns {Promise<EngineProcess>}
 */
export async function startEngine(spec) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(spec)
    } catch (error) {
      if (spec.port !== undefined || attempt === attempts) throw error
    }
  }
}

/** @param {EngineSpec} spec @returns {Promise<EngineProcess>} */
async function startOnce(spec) {
  const user = spec.dropRoot === true && process.getuid?.() === 0 ? unprivilegedUser() : undefined
  const folder = mkdtempSync(join(user === undefined ? tmpdir() : '/tmp', `coatcheck-${spec.name}-`))
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  try {
    const prepare = spec.prepare?.(folder)
    if (prepare !== undefined) await runPrepare(spec.name, prepare, user)
    const port = spec.port ?? (await freePort())
    const child = spawn(
      '/bin/sh',
      ['-c', watchdog, 'engine-watchdog', folder, spec.stopSignal.slice(3), ...spec.command(folder, port)],
      { ...user, cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    )
    child.unref()
    const log = tailOf(child)
    const exited = once(child, 'exit')
    const closed = once(child, 'close')
    const stop = async () => {
      if (hasEnded(child)) return
      child.ref()
      child.stdin.destroy()
      const timer = setTimeout(() => killGroup(child.pid), stopWithin)
      await exited
      clearTimeout(timer)
      rmSync(folder, { recursive: true, force: true })
    }
    try {
      await untilReady(spec, port, child)
    } catch (error) {
      await stop()
      // What it said may still be in the pipe.
      await Promise.race([closed, sleep(500)])
      throw new Error(`${spec.name} did not start:\n${log()}`, { cause: error })
    }
    // A forgotten engine must not keep this process alive.
    for (const pipe of child.stdio) if (pipe instanceof Socket) pipe.unref()
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    return { port, folder, pid, log, signal: (signal) => void process.kill(pid, signal), stop }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** @param {EngineSpec} spec @param {number} port @param {ChildProcess} child */
async function untilReady(spec, port, child) {
  const deadline = Date.now() + readyWithin
  for (;;) {
    try {
      await spec.probe(port)
      if (!hasEnded(child)) return
    } catch (error) {
      if (Date.now() > deadline) throw new Error(`was not ready in ${readyWithin / 1000} s`, { cause: error })
    }
    if (hasEnded(child)) throw new Error(`ended with ${child.exitCode ?? child.signalCode}`)
    await sleep(20)
  }
}

/** The last of what a process says. @param {ChildProcess} child @returns {() => string} */
function tailOf(child) {
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text) => {
      tail = (tail + text).slice(-4000)
    })
  }
  return () => tail
}

/** @param {ChildProcess} child */
function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null
}

/** @param {string} name @param {readonly [string, ...string[]]} command @param {{ uid: number, gid: number } | undefined} user */
async function runPrepare(name, [command, ...args], user) {
  const child = spawn(command, args, { ...user, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] })
  const log = tailOf(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${name}: ${command} ended with code ${code}:\n${log()}`)
}

/** A user who may not do much, for servers that refuse to be root. @returns {{ uid: number, gid: number }} */
function unprivilegedUser() {
  const rows = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((row) => row.split(':'))
  for (const name of ['postgres', 'mysql', 'nobody']) {
    const row = rows.find((fields) => fields[0] === name)
    if (row !== undefined) return { uid: Number(row[2]), gid: Number(row[3]) }
  }
  throw new Error('no unprivileged user (postgres, mysql or nobody) to run the engine as')
}

/**
 * A port that is free now. Chosen at random below the range that the system hands out by itself, so that neither a client's
 * connection nor an engine of another test is likely to take it before our server has it.
 * @returns {Promise<number>}
 */
async function freePort() {
  for (;;) {
    const server = createServer()
    try {
      server.listen(randomInt(20_000, 32_000), '127.0.0.1')
      await once(server, 'listening')
      const address = server.address()
      server.close()
      await once(server, 'close')
      if (address !== null && typeof address === 'object') return address.port
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    }
  }
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has gone by itself.
  }
}
