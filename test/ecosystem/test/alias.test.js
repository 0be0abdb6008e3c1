/**
 * What npm makes of `"express-session": "npm:coatcheck@…"` beside packages that ask for express-session as a peer: resolved by npm
 * itself, without --force or --legacy-peer-deps, from a small registry on this machine that has the subject under coatcheck's name
 * and does not have express-session at all.
 */
'use strict'

const assert = require('node:assert/strict')
const { execFile } = require('node:child_process')
const { once } = require('node:events')
const { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const http = require('node:http')
const { devNull, tmpdir } = require('node:os')
const path = require('node:path')
const { test } = require('node:test')

const { version } = require('../support/subject')

const modules = path.join(__dirname, '../node_modules')
const subject = manifestOf('express-session')
const range = `^${version.split('.').slice(0, 2).join('.')}.0`

/** The peers of real packages: from the installed ones, and, of two that are not installed here, as they were published. */
const peers = {
  'connect-redis': manifestOf('connect-redis').peerDependencies,
  'connect-redis-9': manifestOf('connect-redis-9').peerDependencies,
  'connect-redis-8': manifestOf('connect-redis-8').peerDependencies,
  'connect-redis-7': manifestOf('connect-redis-7').peerDependencies,
  'connect-sqlite3': { 'express-session': '^1.0.0' },
  'connect-mongo': { 'express-session': '^1.17.1' },
}

test('npm gives every package that wants express-session the one under the alias', async (t) => {
  const { code, said, lock } = await resolve(t, version)
  assert.equal(code, 0, said)
  assert.doesNotMatch(said, /ERESOLVE|peer/i)
  const found = Object.entries(lock.packages).filter(
    ([at, { name }]) => /(^|\/)(express-session|coatcheck)$/.test(at) || name === 'coatcheck',
  )
  assert.deepEqual(
    found.map(([at, { name, version: there }]) => [at, name, there]),
    [['node_modules/express-session', 'coatcheck', version]],
  )
  for (const name of Object.keys(peers)) assert.ok(lock.packages[`node_modules/${name}`], name)
})

test('npm refuses a version that a package does not ask for', async (t) => {
  const { code, said } = await resolve(t, '2.0.0', '^2.0.0')
  assert.notEqual(code, 0)
  assert.match(said, /ERESOLVE/)
})

/** Lets npm make a lock file for an app with all of `peers` and the subject, published as coatcheck under this version. */
async function resolve(t, published, wanted = range) {
  const registry = await serveRegistry(t, published)
  const app = mkdtempSync(path.join(tmpdir(), 'coatcheck-alias-'))
  t.after(() => rmSync(app, { recursive: true }))
  const dependencies = { 'express-session': `npm:coatcheck@${wanted}` }
  for (const name of Object.keys(peers)) dependencies[name] = '*'
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', dependencies }))
  // Neither this project's npm settings nor this person's are to have a say.
  const env = { PATH: process.env.PATH, HOME: app, SystemRoot: process.env.SystemRoot }
  const settings = [
    '--registry',
    registry,
    '--cache',
    path.join(app, 'cache'),
    '--userconfig',
    devNull,
    '--globalconfig',
    path.join(app, 'none'),
  ]
  const { code, said } = await new Promise((done) => {
    const args = ['install', '--package-lock-only', '--no-audit', '--no-fund', '--fetch-retries=0', ...settings]
    execFile('npm', args, { cwd: app, env, shell: process.platform === 'win32' }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : error.code, said: stdout + stderr })
    })
  })
  const lockFile = path.join(app, 'package-lock.json')
  return { code, said, lock: existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')) : undefined }
}

async function serveRegistry(t, published) {
  const server = http.createServer((req, res) => {
    const name = decodeURIComponent(req.url.slice(1))
    const manifest = published !== undefined && packageCalled(name, published)
    if (!manifest) {
      res.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"not found"}')
      return
    }
    const dist = { tarball: `http://${req.headers.host}/never-fetched.tgz`, shasum: '0'.repeat(40) }
    const versions = { [manifest.version]: { ...manifest, dist } }
    res.writeHead(200, { 'Content-Type': 'application/json' })
    res.end(JSON.stringify({ name, 'dist-tags': { latest: manifest.version }, versions }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${server.address().port}/`
}

/** What the registry knows of a package. Of the packages around the subject only the peers matter here. */
function packageCalled(name, published) {
  if (name === 'coatcheck') {
    const { dependencies, peerDependencies, peerDependenciesMeta, engines } = subject
    return { name, version: published, dependencies, peerDependencies, peerDependenciesMeta, engines }
  }
  if (Object.hasOwn(peers, name)) return { name, version: '1.0.0', peerDependencies: peers[name] }
  const isOurs = name !== 'express-session' && (name in (subject.dependencies ?? {}) || name === 'redis')
  if (!isOurs) return undefined
  const { version: there } = manifestOf(name)
  return { name, version: there }
}

function manifestOf(name) {
  const places = [path.join(modules, 'express-session/node_modules', name), path.join(modules, name)]
  return JSON.parse(
    readFileSync(
      path.join(
        places.find((place) => existsSync(path.join(place, 'package.json'))),
        'package.json',
      ),
      'utf8',
    ),
  )
}
