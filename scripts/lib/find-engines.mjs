// @ts-check
/**
 * Finds the real engines that the tests run against: Redis, Valkey, PostgreSQL, PgBouncer, MariaDB and Chromium, wherever a system keeps them.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Folders beyond PATH: the daemons' own, which an ordinary user's PATH leaves out, and Homebrew's. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/libexec', '/opt/homebrew/bin', '/usr/local/bin']

/** @returns {string | undefined} the redis-server command */
export function findRedis() {
  return findCommand(['redis-server', 'valkey-server'])
}

/** @returns {string | undefined} the valkey-server command */
export function findValkey() {
  return findCommand(['valkey-server'])
}

/**
 * @returns {{ initdb: string, postgres: string } | undefined} both of one version: the newest there is. POSTGRES_BIN names the folder of
 * another one.
 */
export function findPostgres() {
  const named = process.env['POSTGRES_BIN']
  if (named !== undefined && named !== '') return { initdb: join(named, 'initdb'), postgres: join(named, 'postgres') }
  const homes = [
    ...children('/usr/lib/postgresql'),
    ...children('/usr', /^pgsql-\d+$/),
    ...children('/opt/homebrew/opt', /^postgresql(@\d+)?$/),
    ...children('/usr/local/opt', /^postgresql(@\d+)?$/),
  ].sort((a, b) => versionIn(b) - versionIn(a))
  for (const folder of [...homes.map((home) => join(home, 'bin')), ...searchPath()]) {
    const initdb = join(folder, 'initdb')
    const postgres = join(folder, 'postgres')
    if (isExecutable(initdb) && isExecutable(postgres)) return { initdb, postgres }
  }
  return undefined
}

/** @returns {string | undefined} the pgbouncer command */
export function findPgbouncer() {
  return findCommand(['pgbouncer'])
}

/** @returns {{ install: string, server: string } | undefined} the commands that make a database and serve it */
export function findMariadb() {
  const install = findCommand(['mariadb-install-db', 'mysql_install_db'])
  const server = findCommand(['mariadbd', 'mysqld'])
  // The install command calls this one, which Debian keeps in another package.
  const helper = findCommand(['my_print_defaults'])
  return install !== undefined && server !== undefined && helper !== undefined ? { install, server } : undefined
}

/** @returns {string | undefined} Chromium, or a browser made from it. CHROMIUM_PATH names another one. */
export function findChromium() {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined && named !== '') return named
  const installed = findCommand([
    'chromium',
    'google-chrome-stable',
    'google-chrome',
    'chromium-browser',
    'microsoft-edge',
  ])
  if (installed !== undefined) return installed
  const elsewhere = [
    ...['Chromium', 'Google Chrome', 'Microsoft Edge'].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`),
    ...[join(homedir(), '.cache/ms-playwright'), join(homedir(), 'Library/Caches/ms-playwright')]
      .flatMap((cache) => children(cache, /^chromium-\d+$/))
      .sort((a, b) => versionIn(b) - versionIn(a))
      .flatMap((folder) => [
        join(folder, 'chrome-linux', 'chrome'),
        join(folder, 'chrome-linux64', 'chrome'),
        join(folder, 'chrome-mac', 'Chromium.app', 'Contents', 'MacOS', 'Chromium'),
      ]),
  ]
  return elsewhere.find(isExecutable)
}

/** @param {readonly string[]} names the first that is found wins @returns {string | undefined} */
function findCommand(names) {
  for (const name of names) {
    for (const folder of searchPath()) {
      const file = join(folder, name)
      if (isExecutable(file)) return file
    }
  }
  return undefined
}

function searchPath() {
  return [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), ...systemFolders]
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** @param {string} folder @param {RegExp} [pattern] @returns {string[]} */
function children(folder, pattern = /./) {
  try {
    return readdirSync(folder)
      .filter((name) => pattern.test(name))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

/** @param {string} path */
function versionIn(path) {
  return Number(/(\d+)\D*$/.exec(path)?.[1] ?? 0)
}
