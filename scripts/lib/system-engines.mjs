// @ts-check
/**
 * Makes sure that the system has the engines which the tests need: installs what is missing where we may (root on Debian and its
 * kin), and otherwise says in one message what is missing and the command that installs it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'

import { findChromium, findMariadb, findPgbouncer, findPostgres, findRedis } from './find-engines.mjs'

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
 * @returns {string | undefined} undefined when all are there; else the message for whoever can install them
 */
export function ensureEngines(needed) {
  let missing = needed.filter((name) => engines[name].find() === undefined)
  if (missing.length === 0) return undefined
  if (mayInstall()) {
    aptInstall(missing)
    missing = missing.filter((name) => engines[name].find() === undefined)
    if (missing.length === 0) return undefined
  }
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
