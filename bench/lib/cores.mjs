/**
 * Which core does what: servers on one and the load on another, so that neither takes the other's time or caches. Where `taskset` is
 * missing, or there is one core, the benchmark runs unpinned and says so.
 */
import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const serverCore = '0'
const loadCore = '1'

export const pinned = canPin()

function canPin() {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false
  try {
    execFileSync('taskset', ['-c', serverCore, 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Moves this process, with all its threads, to the load's core. */
export function moveToLoadCore() {
  if (pinned) execFileSync('taskset', ['-a', '-p', '-c', loadCore, String(process.pid)], { stdio: 'ignore' })
}

/** The command that runs `command` on the servers' core. */
export function onServerCore(command) {
  return pinned ? ['taskset', '-c', serverCore, ...command] : command
}
