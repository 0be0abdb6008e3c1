// @ts-check
/**
 * Running a command as a part of ours: its output is shown as it comes, and it does not outlive us.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * A terminal sends Ctrl-C to our child as well; whoever signals us alone does not.
 * @type {readonly NodeJS.Signals[]}
 */
const forwarded = process.stdin.isTTY ? ['SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM', 'SIGHUP']

const outlive = () => {}

/**
 * Runs a command to its end and answers its exit code (128 + n where signal n ended it, as a shell does).
 * A command that is not there answers 127.
 * @param {string} command
 * @param {readonly string[]} [args]
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function run(command, args = [], options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['inherit', options.quiet === true ? 'ignore' : 'inherit', 'inherit'],
      // npm and npx are .cmd files on Windows, which only a shell can start.
      shell: process.platform === 'win32',
    })
    const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal)
    for (const signal of forwarded) process.on(signal, forward)
    // We end when the child has ended, and with its code.
    process.on('SIGINT', outlive)
    const finish = (/** @type {number} */ code) => {
      for (const signal of forwarded) process.off(signal, forward)
      process.off('SIGINT', outlive)
      resolve(code)
    }
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      finish(127)
    })
    child.once('exit', (code, signal) => finish(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/**
 * Runs a command and throws when it fails.
 * @param {string} command
 * @param {readonly string[]} [args]
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean }} [options]
 */
export async function runOrThrow(command, args = [], options = {}) {
  const code = await run(command, args, options)
  if (code !== 0) throw new Error(`\`${[command, ...args].join(' ')}\` ended with code ${code}`)
}
