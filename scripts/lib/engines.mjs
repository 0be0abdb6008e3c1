// @ts-check
/**
 * Real Redis, Valkey, PostgreSQL, PgBouncer and MariaDB servers for tests: on free ports of 127.0.0.1, in folders of their own, set for speed (nothing
 * of theirs has to survive the machine), and gone when the process that started them is. Types: engines.d.mts.
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'

import { startEngine } from './engine-process.mjs'
import { findChromium, findMariadb, findPgbouncer, findPostgres, findRedis, findValkey } from './find-engines.mjs'

export { findChromium, findValkey }

/** @type {typeof import('./engines.mjs').startRedis} */
export function startRedis(options = {}) {
  return startRedisLike('redis', found('Redis (redis-server)', findRedis()), options)
}

/** @type {typeof import('./engines.mjs').startValkey} */
export function startValkey(options = {}) {
  return startRedisLike('valkey', found('Valkey (valkey-server)', findValkey()), options)
}

/** @param {string} name @param {string} server @param {import('./engines.mjs').EngineOptions} options */
async function startRedisLike(name, server, options) {
  const engine = await startEngine({
    name,
    port: options.port,
    command: (folder, port) => [
      server,
      '--port',
      `${port}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
      ...(options.settings ?? []),
    ],
    probe: async (port) => {
      const answer = await ask(port, Buffer.from('PING\r\n'))
      if (!answer.includes('+PONG')) throw new Error(`${name} answered ${answer.toString('latin1')}`)
    },
    stopSignal: 'SIGKILL',
  })
  return { ...engine, host: '127.0.0.1', url: `redis://127.0.0.1:${engine.port}` }
}

/** @type {typeof import('./engines.mjs').startPostgres} */
export async function startPostgres(options = {}) {
  const { initdb, postgres } = found('PostgreSQL (initdb, postgres)', findPostgres())
  const engine = await startEngine({
    name: 'postgres',
    port: options.port,
    dropRoot: true,
    prepare: (folder) => [
      initdb,
      '-D',
      join(folder, 'data'),
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ],
    command: (folder, port) => [
      postgres,
      '-D',
      join(folder, 'data'),
      '-p',
      `${port}`,
      '-h',
      '127.0.0.1',
      '-k',
      '',
      '-F',
      ...[
        'full_page_writes=off',
        'wal_level=minimal',
        'max_wal_senders=0',
        'shared_buffers=32MB',
        ...(options.settings ?? []),
      ].flatMap((setting) => ['-c', setting]),
    ],
    probe: async (port) => {
      const answer = await ask(port, postgresStartup('postgres'))
      if (answer[0] !== 'R'.charCodeAt(0)) throw new Error(`postgres answered ${answer.toString('latin1')}`)
    },
    // "Immediate shutdown": its children and its shared memory go with it, without a checkpoint.
    stopSignal: 'SIGQUIT',
  })
  const user = 'postgres'
  const database = 'postgres'
  return {
    ...engine,
    host: '127.0.0.1',
    user,
    database,
    url: `postgres://${user}@127.0.0.1:${engine.port}/${database}`,
  }
}

/** @type {typeof import('./engines.mjs').startPgbouncer} */
export async function startPgbouncer(options = {}) {
  const command = found('PgBouncer (pgbouncer)', findPgbouncer())
  const user = 'postgres'
  const engine = await startEngine({
    name: 'pgbouncer',
    port: options.port,
    dropRoot: true,
    command: (folder, port) => {
      const file = join(folder, 'pgbouncer.ini')
      const settings = [
        '[databases]',
        `* = host=127.0.0.1 port=${options.serverPort ?? 5432} user=${user}`,
        '[pgbouncer]',
        'listen_addr = 127.0.0.1',
        `listen_port = ${port}`,
        'unix_socket_dir =',
        'auth_type = any',
        ...(options.settings ?? []),
      ]
      writeFileSync(file, settings.join('\n'))
      return [command, file]
    },
    probe: async (port) => {
      // Its own console answers whether or not the server behind it does.
      const answer = await ask(port, postgresStartup('pgbouncer'))
      if (answer[0] !== 'R'.charCodeAt(0)) throw new Error(`pgbouncer answered ${answer.toString('latin1')}`)
    },
    stopSignal: 'SIGKILL',
  })
  const database = 'postgres'
  return {
    ...engine,
    host: '127.0.0.1',
    user,
    database,
    url: `postgres://${user}@127.0.0.1:${engine.port}/${database}`,
  }
}

/** @type {typeof import('./engines.mjs').startMariadb} */
export async function startMariadb(options = {}) {
  const { install, server } = found('MariaDB (mariadbd, mariadb-install-db)', findMariadb())
  const quick = [
    '--innodb-flush-method=nosync',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-doublewrite=0',
    '--innodb-log-file-size=4M',
    '--innodb-buffer-pool-size=16M',
    '--innodb-undo-tablespaces=0',
    '--skip-log-bin',
    '--innodb-data-file-path=ibdata1:4M:autoextend',
    '--innodb-temp-data-file-path=ibtmp1:2M:autoextend',
  ]
  const engine = await startEngine({
    name: 'mariadb',
    port: options.port,
    dropRoot: true,
    prepare: (folder) => [
      install,
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      '--auth-root-authentication-method=normal',
      '--skip-name-resolve',
      ...quick,
    ],
    command: (folder, port) => [
      server,
      '--no-defaults',
      `--datadir=${join(folder, 'data')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'data', 'pid')}`,
      '--performance-schema=OFF',
      ...quick,
      ...(options.settings ?? []),
    ],
    probe: async (port) => {
      const greeting = await ask(port)
      if (greeting[4] !== 10) throw new Error(`mariadb answered ${greeting.toString('latin1')}`)
    },
    stopSignal: 'SIGKILL',
  })
  const user = 'root'
  const database = 'test'
  return { ...engine, host: '127.0.0.1', user, database, url: `mysql://${user}@127.0.0.1:${engine.port}/${database}` }
}

/** @type {typeof import('./engines.mjs').chromiumLaunchOptions} */
export function chromiumLaunchOptions() {
  return {
    executablePath: found('Chromium', findChromium()),
    headless: true,
    args: [
      // Chromium refuses its sandbox to root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}

/**
 * A PostgreSQL start-up message, version 3.0: ready is when it is answered with an authentication message.
 * @param {string} database
 */
function postgresStartup(database) {
  const body = Buffer.from(`\0\x03\0\0user\0postgres\0database\0${database}\0\0`, 'latin1')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length + 4)
  return Buffer.concat([length, body])
}

/**
 * The first bytes a server says, after what we say first.
 * @param {number} port
 * @param {Buffer} [question]
 * @returns {Promise<Buffer>}
 */
async function ask(port, question) {
  const socket = connect(port, '127.0.0.1')
  try {
    if (question !== undefined) socket.write(question)
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(1000) })
    return answer
  } finally {
    socket.destroy()
  }
}

/**
 * @template T
 * @param {string} name
 * @param {T | undefined} what
 * @returns {T}
 */
function found(name, what) {
  if (what === undefined) throw new Error(`${name} is not installed. \`npm test\` installs it or says how.`)
  return what
}
