/** Options of every engine. */
export interface EngineOptions {
  /** The port to listen on, to bring a server back where one was. Default: a free one. */
  port?: number
  /** More settings, in the server's own form: Redis `['--appendonly', 'yes']`, PostgreSQL `['autovacuum=off']`, PgBouncer `['pool_mode = session']`, MariaDB `['--x=y']`. */
  settings?: readonly string[]
}

/** A running server. */
export interface Engine {
  host: string
  port: number
  url: string
  /** The server's own process, for tests that look at it. */
  pid: number
  /** The folder that holds all of the server's files. It goes with the server. */
  folder: string
  /** The last of what the server said. */
  log(): string
  /** Sends the server a signal: SIGKILL for a crash, SIGSTOP and SIGCONT for a server that hangs and comes back. */
  signal(signal: NodeJS.Signals): void
  /** Stops the server and removes its folder. Once is enough, twice is harmless. */
  stop(): Promise<void>
}

/** A running SQL server: its user has no password and may do everything, and its database is empty. */
export interface SqlEngine extends Engine {
  user: string
  database: string
}

/** Starts a Redis server, empty and without persistence. */
export function startRedis(options?: EngineOptions): Promise<Engine>

/** Starts a Valkey server, empty and without persistence. */
export function startValkey(options?: EngineOptions): Promise<Engine>

/** Where the system's Valkey is; undefined when there is none, and then its tests are left out, which `npm test` says. */
export function findValkey(): string | undefined

/** Starts a PostgreSQL server: UTF-8, C locale, no fsync. */
export function startPostgres(options?: EngineOptions): Promise<SqlEngine>

export interface PgbouncerOptions extends EngineOptions {
  /** The PostgreSQL server's port on this machine. Default: 5432, as PgBouncer has it. */
  serverPort?: number
}

/**
 * Starts a PgBouncer before a PostgreSQL server: it lets in whoever comes, and its own console is the database `pgbouncer`. Settings are
 * lines of its file, such as `'pool_mode = transaction'`.
 */
export function startPgbouncer(options?: PgbouncerOptions): Promise<SqlEngine>

/** Starts a MariaDB server, no fsync. */
export function startMariadb(options?: EngineOptions): Promise<SqlEngine>

/** What Playwright's `chromium.launch` takes to start the system's Chromium, headless and quiet. */
export function chromiumLaunchOptions(): { executablePath: string; headless: boolean; args: string[] }

/** Where the system's Chromium is, or a browser made from it; undefined when there is none. CHROMIUM_PATH names another one. */
export function findChromium(): string | undefined
