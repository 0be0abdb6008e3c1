// @ts-check
/**
 * The ecosystem suite, test/ecosystem: a project of its own in which packages made for express-session find coatcheck under that
 * name, packed as it would be published. Also runs against the genuine express-session, which shows that the tests are right.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { run as runTests } from 'node:test'
import { inspect } from 'node:util'

import { root } from './root.mjs'
import { runOrThrow } from './run.mjs'

const project = join(root, 'test', 'ecosystem')
const fileTimeout = 120_000

/** @typedef {'coatcheck' | 'express-session'} Subject */

/**
 * Installs the suite's packages as its lock says, then the subject as `express-session`, by npm and without --force or
 * --legacy-peer-deps, so that a peer range which the subject did not satisfy would fail here. Does nothing where all that is there.
 * @param {Subject} subject
 */
export async function installEcosystem(subject) {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-pack-'))
  try {
    const lock = hashOf(join(project, 'package-lock.json'))
    const tarball = subject === 'coatcheck' ? await pack(folder) : undefined
    const wanted = { lock, subject: tarball === undefined ? subject : `coatcheck ${hashOf(tarball)}` }
    const marker = join(project, 'node_modules', '.subject.json')
    const found = readMarker(marker)
    if (found?.lock === wanted.lock && found.subject === wanted.subject) return
    rmSync(marker, { force: true })
    // The genuine package is what the lock has under that name.
    if (found?.lock !== wanted.lock || tarball === undefined) await npm(['ci'])
    if (tarball !== undefined) await npm(['install', '--no-save', `express-session@file:${tarball}`])
    writeFileSync(marker, JSON.stringify(wanted))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} folder @returns {Promise<string>} the packed package */
async function pack(folder) {
  await runOrThrow('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, quiet: true })
  const [name] = readdirSync(folder)
  if (name === undefined) throw new Error('`npm pack` made nothing')
  return join(folder, name)
}

/** @param {readonly string[]} args */
function npm(args) {
  return runOrThrow('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: project })
}

/** @param {string} file */
function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

/** @param {string} file @returns {{ lock: string, subject: string } | undefined} */
function readMarker(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * Runs the suite, or the files that `names` picks by a part of their path, and says what it finds, a line a file.
 * @param {readonly string[]} names
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runEcosystem(names) {
  const folder = join(project, 'test')
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => join(folder, name))
    .filter(
      (file) =>
        names.length === 0 || names.some((name) => file.includes(basename(name)) || file.startsWith(resolve(name))),
    )
  if (files.length === 0) {
    console.error(`No file of test/ecosystem/test matches ${names.join(', ')}`)
    return { passed: 0, failed: 1 }
  }
  const total = { passed: 0, failed: 0 }
  const waiting = [...files]
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const { passed, failed } = await runFile(file)
      total.passed += passed
      total.failed += failed
    }
  }
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker))
  return total
}

/** Runs one file in a process of its own. @param {string} file */
async function runFile(file) {
  const name = basename(file, '.test.js')
  const started = performance.now()
  const result = { passed: 0, failed: 0 }
  /** @type {string[]} */
  const said = []
  const stream = runTests({ files: [file], timeout: fileTimeout })
  stream.on('test:pass', (event) => {
    // A file without tests passes under its own name.
    if (event.details.type !== 'suite' && resolve(event.name) !== file) result.passed += 1
  })
  stream.on('test:fail', (event) => {
    const { error, type } = event.details
    // A suite fails with its tests, which have been counted and shown.
    if (type === 'suite' && 'failureType' in error && error.failureType === 'subtestsFailed') return
    result.failed += 1
    said.push(`✗ ${name}: ${event.name}\n${indent(inspect(error.cause ?? error))}`)
  })
  stream.on('test:stderr', (event) => said.push(event.message.trimEnd()))
  await new Promise((done, fail) => stream.on('end', done).on('error', fail).resume())
  if (result.passed + result.failed === 0) {
    result.failed = 1
    said.push('It has no tests.')
  }
  const time = `${((performance.now() - started) / 1000).toFixed(1)} s`
  const counts = result.failed === 0 ? `${result.passed} passed` : `${result.passed} passed, ${result.failed} failed`
  console.log([`${result.failed === 0 ? '✓' : '✗'} ${name}: ${counts} in ${time}`, ...said].join('\n'))
  return result
}

/** @param {string} text */
function indent(text) {
  return text.replaceAll(/^/gm, '    ')
}
