// @ts-check
/**
 * Makes sure that the system has the engines which the tests need: installs what is missing where we may (root on Debian and its
 * kin), and otherwise says in one message what is missing and the command that installs it. An engine that the system's packages do not have may be
 * one to do without.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

import { findChromium, findMariadb, findPgbouncer, findPostgres, findRedis, findValkey } from './find-engines.mjs'

/**
 * `apt` lists what to install in order of liking: the first that the system knows is taken. MariaDB's core packages hold the server
 * without a system service or a database of its own, which is all that is wanted here. `service` is what an installation would start
 * at the next boot.
 */
const engines = {
  redis: {
    name: 'Redis (redis-server)',
    find: findRedis,
    apt: [['redis-server'], ['valkey-server']],
    service: 'redis-server',
    dnf: 'valkey',
    brew: 'redis',
  },
  valkey: {
    name: 'Valkey (valkey-server)',
    find: findValkey,
    apt: [['valkey-server']],
    service: 'valkey-server',
    dnf: 'valkey',
    brew: 'valkey',
    // Debian has it from 13 on.
    optional: 'Valkey',
  },
  postgres: {
    name: 'PostgreSQL (initdb, postgres)',
    find: findPostgres,
    apt: [['postgresql']],
    service: 'postgresql',
    dnf: 'postgresql-server',
    brew: 'postgresql',
  },
  pgbouncer: {
    name: 'PgBouncer (pgbouncer)',
    find: findPgbouncer,
    apt: [['pgbouncer']],
    service: 'pgbouncer',
    dnf: 'pgbouncer',
    brew: 'pgbouncer',
  },
  mariadb: {
    name: 'MariaDB (mariadbd, mariadb-install-db, my_print_defaults)',
    find: findMariadb,
    apt: [['mariadb-server-core', 'mariadb-client-core'], ['mariadb-server']],
    service: 'mariadb',
    dnf: 'mariadb-server',
    brew: 'mariadb',
  },
  chromium: {
    name: 'Chromium',
    find: findChromium,
    apt: [['chromium', 'fonts-dejavu-core']],
    service: undefined,
    dnf: 'chromium',
    brew: '--cask chromium',
  },
}

/** @typedef {keyof typeof engines} EngineName */

/**
 * @param {readonly EngineName[]} needed
 * @returns {{ missing: string | undefined, leftOut: readonly string[] }} the message for whoever can install what is missing, and a line for each
 * engine that this system's packages do not have and whose tests are left out
 */
export function ensureEngines(needed) {
  let missing = needed.filter(isMissing)
  const wanted = missing.filter((name) => !isBeyondReach(name))
  const leftOut = missing
    .filter((name) => !wanted.includes(name))
    .map((name) => `${optionalName(name)}: not in this system's packages, its tests were left out`)
  missing = wanted
  if (missing.length > 0 && mayInstall()) {
    aptInstall(missing)
    missing = missing.filter(isMissing)
  }
  return { missing: missing.length === 0 ? undefined : messageFor(missing), leftOut }
}

/** @param {EngineName} name */
function isMissing(name) {
  return engines[name].find() === undefined
}

/** @param {EngineName} name @returns {string | undefined} what an engine is called that tests can do without */
function optionalName(name) {
  const engine = engines[name]
  return 'optional' in engine ? engine.optional : undefined
}

/** @param {EngineName} name @returns {boolean} true for one that can be done without and that the system's packages do not have */
function isBeyondReach(name) {
  if (optionalName(name) === undefined || !existsSync('/usr/bin/apt-get')) return false
  // A system that has never looked at its packages' lists knows none at all.
  if (!isKnownToApt('redis-server') && mayInstall()) runQuietly('apt-get', ['update', '-qq'])
  return !engines[name].apt.some((names) => names.every(isKnownToApt))
}

/** @param {readonly EngineName[]} missing */
function messageFor(missing) {
  return [
    'The tests run against real engines. These are missing here:',
    ...missing.map((name) => `  - ${engines[name].name}`),
    'Install them with:',
    `  ${installCommand(missing)}`,
    ...(missing.includes('chromium')
      ? ['(or set CHROMIUM_PATH to a Chromium or Chrome that is installed elsewhere)']
      : []),
  ].join('\n')
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

/** @param {readonly EngineName[]} missing */
function installCommand(missing) {
  if (existsSync('/usr/bin/apt-get'))
    return `sudo apt-get install ${missing.flatMap((name) => engines[name].apt[0] ?? []).join(' ')}`
  if (existsSync('/usr/bin/dnf')) return `sudo dnf install ${missing.map((name) => engines[name].dnf).join(' ')}`
  return missing.map((name) => `brew install ${engines[name].brew}`).join(' && ')
}

/** @param {readonly EngineName[]} missing */
function aptInstall(missing) {
  console.log(`Installing from the system's packages: ${missing.join(', ')} …`)
  if (!runQuietly('apt-get', ['update', '-qq'])) return
  const packages = missing.flatMap((name) => engines[name].apt.find((names) => names.every(isKnownToApt)) ?? [])
  const services = missing.flatMap((name) => engines[name].service ?? []).filter((service) => !isService(service))
  const allowServices = forbidServices()
  try {
    if (!runQuietly('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages])) return
    const started = services.filter(isService)
    if (started.length > 0) runQuietly('systemctl', ['disable', '--quiet', ...started])
  } finally {
    allowServices()
  }
}

/** @param {string} name */
function isKnownToApt(name) {
  const { stdout } = spawnSync('apt-cache', ['policy', name], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  return /^ {2}Candidate: (?!\(none\))/m.test(stdout)
}

/** @param {string} name */
function isService(name) {
  return existsSync(`/lib/systemd/system/${name}.service`)
}

/**
 * Debian starts a service as soon as its package is installed, unless this file says no. The tests start servers of their own; the
 * system's would only take the well-known ports. @returns {() => void} puts things back
 */
function forbidServices() {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return () => {}
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policy, { force: true })
}

/** Shows what a command said only when it failed. @param {string} command @param {readonly string[]} args */
function runQuietly(command, args) {
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: 'noninteractive',
    APT_LISTCHANGES_FRONTEND: 'none',
    NEEDRESTART_SUSPEND: '1',
  }
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env })
  if (status === 0) return true
  console.error(`\`${command} ${args.join(' ')}\` failed:\n${error?.message ?? ''}${stdout ?? ''}${stderr ?? ''}`)
  return false
}
