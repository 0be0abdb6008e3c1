// @ts-check
/**
 * Installing what package-lock.json names, when it is not there already. Used by every command that must work on a fresh clone.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { runOrThrow } from './run.mjs'

const oldest = { major: 20, minor: 19 }

/** Says so, and ends, where this Node is older than the project supports. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return
  console.error(`coatcheck needs Node ${oldest.major}.${oldest.minor} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/**
 * Makes node_modules what the lock says, with `npm ci` where it is not.
 * @param {string} folder
 * @returns {Promise<boolean>} true when something was installed
 */
export async function ensureDependencies(folder) {
  if (isInstalled(folder)) return false
  console.log('Installing the packages that package-lock.json names, once; this takes a minute or two …')
  // Its warnings are about packages that only comparisons use, and leave whoever reads them nothing to do.
  await runOrThrow('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  return true
}

/**
 * npm writes what it has installed to node_modules/.package-lock.json as its last act, so comparing the two locks finds an
 * install that is missing, old or broken off, and leaves one alone that somebody made by hand with `npm install`.
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = packagesOf(join(folder, 'package-lock.json'))
  if (wanted === undefined) throw new Error(`${folder} has no readable package-lock.json`)
  const found = packagesOf(join(folder, 'node_modules', '.package-lock.json'))
  if (found === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const there = found[path]
    if (there === undefined) return entry.optional === true
    return there.version === entry.version && (entry.integrity === undefined || there.integrity === entry.integrity)
  })
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, integrity?: string, optional?: boolean }> | undefined}
 */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}
