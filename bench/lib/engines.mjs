/**
 * The engines that sessions are kept in, each a server of its own for one row. It shares the load's core: the core of the session layers
 * belongs to them alone, so what the engine takes is never counted as theirs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { startPostgres, startRedis } from '../../scripts/lib/engines.mjs'

// What the tests' server leaves out for speed, and servers that people run have: what is committed is on the disk.
const durable = ['fsync=on', 'full_page_writes=on', 'wal_level=replica', 'max_wal_senders=10', 'shared_buffers=128MB']

/** `start` answers the engine with the `url` that clients connect to. */
export const engines = [
  { name: 'redis', title: 'Redis', start: startRedis },
  { name: 'postgres', title: 'PostgreSQL', start: () => startPostgres({ settings: durable }) },
]

// The unit of /proc on every Linux there is.
const microsPerTick = 10_000

/** The CPU time that an engine has taken so far, its children included, those that have ended too, in µs; `undefined` where the system does not tell. */
export function engineCpuTime({ pid }) {
  if (process.platform !== 'linux') return undefined
  let ticks = 0
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = statOf(name)
    if (Number(name) === pid) ticks += stat.own + stat.ended
    else if (stat?.parent === pid) ticks += stat.own
  }
  return ticks * microsPerTick
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // What stands before is the command's name, which may hold spaces.
    const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [own, ownSystem, ended, endedSystem] = rest.slice(9, 13).map(Number)
    return { parent: Number(parent), own: own + ownSystem, ended: ended + endedSystem }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
