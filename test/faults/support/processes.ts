/**
 * The processes of a server that is several, as PostgreSQL is.
 */
import { readFileSync } from 'node:fs'

/** The children of a process, by Linux's own book. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** Signals a server and all that belong to it. */
export function signalAll(pid: number, signal: NodeJS.Signals): void {
  for (const each of [pid, ...childrenOf(pid)]) send(each, signal)
}

/** Kills what a server's master process has started. PostgreSQL takes that for a crash: it drops everyone, and recovers from its log. */
export function crashChildren(pid: number): void {
  for (const child of childrenOf(pid)) send(child, 'SIGKILL')
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It has gone by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
