/**
 * The commands and their options, as `coatcheck --help` shows them.
 */
import { createRequire } from 'node:module'
import { Command, InvalidArgumentError } from 'commander'
import { milliseconds } from '../core/duration.js'
import type { SessionStore } from '../core/record.js'
import { completionScript } from './completion.js'
import { doctor, type DoctorOptions } from './commands/doctor.js'
import { revoke, sweep, type RevokeOptions } from './commands/ending.js'
import { exportAll, list, showSession, stats, user, watch, type LookOptions } from './commands/looking.js'
import { migrate } from './commands/migrate.js'
import { decode, secret, type DecodeOptions } from './commands/secrets.js'
import { runDemo } from './commands/demo.js'
import { Failure } from './failures.js'
import { output } from './output.js'
import { openPlace, openStore, type PlaceOptions } from './place.js'
import { foreignStores, openSource } from './sources.js'

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

export function program(): Command {
  const out = output()
  const root = new Command('coatcheck')
    .description('Sessions from the command line: look at them, end them, move them.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(coatcheck --help tells more)')
    .configureHelp({ showGlobalOptions: false, sortSubcommands: false })
    .addHelpText('after', afterHelp)

  overStore(
    root
      .command('list')
      .description('living sessions, a line each')
      .option('-n, --limit <number>', 'at most so many', wholeNumber, 50)
      .option('--full', wholeKeys),
    (store, _, options) => list(store, options, out),
  )
  overStore(
    root.command('show <session>').description('one session, with its data').option('--full', wholeKeys),
    (store, [name], options) => showSession(store, name!, options, out),
  )
  overStore(
    root.command('user <id>').description('the sessions of one user').option('--full', wholeKeys),
    (store, [id], options) => user(store, id!, options, out),
  )
  overStore(
    root
      .command('revoke [sessions...]')
      .description('end sessions: by name, a user’s, or everyone’s')
      .option('-u, --user <id>', 'all of this user')
      .option('--everyone', 'all there are')
      .option('--yes', 'with --everyone: yes, really'),
    (store, names, options) => revoke(store, names, options, out),
  )
  overStore(root.command('sweep').description('delete what has expired'), (store, _, options) =>
    sweep(store, options, out),
  )
  overStore(root.command('stats').description('how many, of how many users, how large'), (store, _, options) =>
    stats(store, options, out),
  )
  overStore(
    root
      .command('watch')
      .description('what begins, changes and ends, as it happens')
      .option('--every <duration>', 'how often to look', duration, 2000)
      .option('--full', wholeKeys),
    async (store, _, options) => {
      const over = new AbortController()
      process.once('SIGINT', () => over.abort())
      await watch(store, { ...options, signal: over.signal }, out)
    },
  )
  overStore(
    root.command('export').description('every session with its data, a line of JSON each').option('--full', wholeKeys),
    (store, _, options) => exportAll(store, options, out),
  )

  root
    .command('migrate')
    .description('copy sessions into another store, while the app goes on')
    .requiredOption('--from <store>', `a store's URL, or ${foreignStores.map((name) => `${name}:…`).join(', ')}`)
    .requiredOption('--to <store>', 'a store’s URL')
    .option('--from-prefix <prefix>', 'of the keys in Redis')
    .option('--from-table <table>', 'in PostgreSQL or SQLite')
    .option('--to-prefix <prefix>', 'of the keys in Redis')
    .option('--to-table <table>', 'in PostgreSQL')
    .option('--hash-ids', 'keep hashes of IDs, as coatcheck() does; the secret is SESSION_SECRET')
    .option('--dry-run', 'look and count, and write nothing')
    .option('--json', 'for programs')
    .action(async (options: MigrateArguments) => {
      const hashWith = options.hashIds === true ? secretsOfEnvironment()[0] : undefined
      if (options.hashIds === true && hashWith === undefined) throw new Failure('--hash-ids needs SESSION_SECRET', 2)
      const target = openStore(options.to, {
        prefix: options.toPrefix,
        table: options.toTable,
        create: options.dryRun !== true,
      })
      try {
        const source = await openSource(options.from, { prefix: options.fromPrefix, table: options.fromTable })
        try {
          await migrate(source, target, { ...options, hashWith }, out)
        } finally {
          await source.close()
        }
      } finally {
        await target.close()
      }
    })

  root
    .command('doctor <module>')
    .description('hold an app’s settings against the security list; the module exports what you mount, as sessions')
    .option('--strict', 'fail for warnings, too')
    .option('--json', 'for programs')
    .action((file: string, options: DoctorOptions) => doctor(file, options, out))
  root
    .command('secret')
    .description('make a secret')
    .action(() => secret(out))
  root
    .command('decode <cookie>')
    .description('what a session cookie says; SESSION_SECRET checks it, and SESSION_SECRET_OLD the one before')
    .option('--full', 'show the whole ID: who has it is the visitor')
    .option('--json', 'for programs')
    .action((cookie: string, options: DecodeOptions) => decode(cookie, secretsOfEnvironment(), options, out))
  root
    .command('demo')
    .description('a small app with sessions, on http://localhost:3000')
    .option('-p, --port <number>', 'another port', wholeNumber, 3000)
    .action(({ port }: { port: number }) => runDemo(port, out))
  root
    .command('completion <shell>')
    .description('completion for bash, zsh or fish: source <(npx coatcheck completion bash)')
    .action((shell: string) => out.print(completionScript(root, shell).trimEnd()))
  return root
}

/** A command over a store, which is closed whatever happens. */
function overStore(
  command: Command,
  run: (store: SessionStore, args: readonly string[], options: StoreCommandOptions) => Promise<void>,
): void {
  command
    .option('-s, --store <url>', 'sqlite:./sessions.db, redis://…, postgres://… (or COATCHECK_STORE)')
    .option('-c, --config <module>', 'a module of yours that exports store')
    .option('--prefix <prefix>', 'of the keys in Redis')
    .option('--table <table>', 'in PostgreSQL')
    .option('--json', 'for programs')
    .action(async (...given: unknown[]) => {
      const options = given.at(-2) as StoreCommandOptions
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg) => typeof arg === 'string')
      const store = await openPlace(options)
      try {
        await run(store, args, options)
      } finally {
        await store.close()
      }
    })
}

/** Of all commands over a store together; each has but some of them. */
interface StoreCommandOptions extends PlaceOptions, LookOptions, RevokeOptions {
  readonly limit: number
  readonly every: number
}

interface MigrateArguments {
  readonly from: string
  readonly to: string
  readonly fromPrefix?: string
  readonly fromTable?: string
  readonly toPrefix?: string
  readonly toTable?: string
  readonly hashIds?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const wholeKeys = 'whole keys: under session() they are the session IDs, which open the sessions'

const afterHelp = `
Sessions are named by the first letters of the key they are kept under. Exit codes: 0 done, 1 failed, 2 wrong command line,
3 not there, 4 findings of doctor.

Examples:
  coatcheck list --store sqlite:./sessions.db
  coatcheck revoke --user 4711 --store redis://localhost:6379
  coatcheck migrate --from connect-redis:redis://localhost:6379 --to postgres://localhost/app
  coatcheck doctor ./sessions.js`

/** Not an option: what stands on a command line is in the shell's history and in the list of processes. The newest first. */
function secretsOfEnvironment(): string[] {
  const { SESSION_SECRET, SESSION_SECRET_OLD } = process.env
  return [SESSION_SECRET, SESSION_SECRET_OLD].filter((each) => each !== undefined && each !== '') as string[]
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1) return number
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

function duration(text: string): number {
  try {
    return milliseconds('--every', /^\d+$/.test(text) ? Number(text) : text)
  } catch {
    throw new InvalidArgumentError("It must be a duration such as '2s', or milliseconds.")
  }
}
