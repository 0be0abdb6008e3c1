/**
 * The published package in an app: installed by npm from its tarball under the name `express-session`, and loaded in every way that an app
 * may load it.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packPackage, removeFolder, root, run, temporaryFolder, type PackedPackage } from './packed.js'

let packed: PackedPackage
let app: string

beforeAll(async () => {
  packed = await packPackage()
  app = await temporaryFolder('app')
  // What it depends on comes from this project's own, so that nothing is asked of a registry.
  const manifest = {
    private: true,
    dependencies: { 'express-session': `file:${packed.tarball}`, ...(await ownDependencies()) },
  }
  await writeFile(join(app, 'package.json'), JSON.stringify(manifest))
  const install = ['install', '--offline', '--install-links', '--no-audit', '--no-fund', '--ignore-scripts']
  await run('npm', install, { cwd: app, shell: process.platform === 'win32' })
}, 120_000)

afterAll(async () => {
  await packed.remove()
  await removeFolder(app)
})

/** Every package that the published one brings along, and where this project has it. */
async function ownDependencies(): Promise<Record<string, string>> {
  const { stdout } = await run('npm', ['ls', '--omit=dev', '--omit=optional', '--omit=peer', '--all', '--parseable'], {
    cwd: root,
  })
  const folders = stdout.split('\n').filter((line) => /[\\/]node_modules[\\/]/.test(line))
  return Object.fromEntries(
    folders.map((folder) => [folder.replace(/^.*[\\/]node_modules[\\/]/, ''), `file:${folder}`]),
  )
}

/** Runs a script in the app and answers what it printed as JSON. */
async function print(file: string, code: string): Promise<unknown> {
  await writeFile(join(app, file), code)
  const { stdout, stderr } = await run(process.execPath, [file], { cwd: app })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

const classes = ['Store', 'MemoryStore', 'Cookie', 'Session']

describe('require', () => {
  it('answers the function, with everything else as its properties', async () => {
    const answer = await print(
      'function.cjs',
      `const session = require('express-session')
      const own = Object.keys(session).filter((name) => typeof session[name] === 'function')
      console.log(JSON.stringify([typeof session, session.default === session, session.session === session, own.sort()]))`,
    )
    const names = [
      ...classes,
      'SessionError',
      'SessionOptionError',
      'asExpressStore',
      'coatcheck',
      'default',
      'session',
    ]
    expect(answer).toEqual(['function', true, true, names.sort()])
  })

  it('answers the class itself at the old paths, with and without their extension', async () => {
    const answer = await print(
      'paths.cjs',
      `const session = require('express-session')
      const paths = { Store: 'store', MemoryStore: 'memory', Cookie: 'cookie', Session: 'session' }
      console.log(JSON.stringify(Object.entries(paths).map(([name, path]) => [
        require('express-session/session/' + path) === session[name],
        require('express-session/session/' + path + '.js') === session[name],
      ])))`,
    )
    expect(answer).toEqual(classes.map(() => [true, true]))
  })

  it('answers the stores, the guard, the tests for stores, and the manifest', async () => {
    const answer = await print(
      'entries.cjs',
      `const { memoryStore } = require('express-session/stores/memory')
      const { sqliteStore } = require('express-session/stores/sqlite')
      const { csrf } = require('express-session/csrf')
      const { storeConformance } = require('express-session/testing')
      const { name } = require('express-session/package.json')
      console.log(JSON.stringify([typeof memoryStore, typeof sqliteStore, typeof csrf, typeof storeConformance, name]))`,
    )
    expect(answer).toEqual(['function', 'function', 'function', 'function', 'coatcheck'])
  })

  it('reaches nothing that is not exported', async () => {
    const answer = await print(
      'inner.cjs',
      `try { require('express-session/dist/index.js') } catch (error) { console.log(JSON.stringify(error.code)) }`,
    )
    expect(answer).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
  })

  it('inherits in the way of ES5 and of classes', async () => {
    const answer = await print(
      'inherit.cjs',
      `const session = require('express-session')
      const { inherits } = require('node:util')
      function Old(options) { session.Store.call(this, options) }
      inherits(Old, session.Store)
      class New extends session.Store { constructor() { super({ anything: true }) } }
      console.log(JSON.stringify([new Old() instanceof session.Store, typeof new New().on, typeof new Old().createSession]))`,
    )
    expect(answer).toEqual([true, 'function', 'function'])
  })
})

describe('import', () => {
  it('answers the same function as require, by default and by name', async () => {
    const answer = await print(
      'names.mjs',
      `import session, * as everything from 'express-session'
      import { createRequire } from 'node:module'
      const { coatcheck, Store, MemoryStore, Cookie, Session } = everything
      const required = createRequire(import.meta.url)('express-session')
      console.log(JSON.stringify([
        required === session,
        everything.session === session,
        coatcheck === session.coatcheck,
        [Store, MemoryStore, Cookie, Session].map((value, at) => value === [session.Store, session.MemoryStore, session.Cookie, session.Session][at]),
      ]))`,
    )
    expect(answer).toEqual([true, true, true, [true, true, true, true]])
  })

  it('answers the classes at the old paths, and the other entries', async () => {
    const answer = await print(
      'paths.mjs',
      `import session from 'express-session'
      import Store, { Store as named } from 'express-session/session/store'
      import MemoryStore from 'express-session/session/memory.js'
      import Cookie from 'express-session/session/cookie'
      import Session from 'express-session/session/session'
      import { memoryStore } from 'express-session/stores/memory'
      import { sqliteStore } from 'express-session/stores/sqlite'
      import { csrf } from 'express-session/csrf'
      import { fakeClock } from 'express-session/testing'
      console.log(JSON.stringify([
        Store === session.Store && named === Store, MemoryStore === session.MemoryStore, Cookie === session.Cookie,
        Session === session.Session, typeof memoryStore, typeof sqliteStore, typeof csrf, typeof fakeClock,
      ]))`,
    )
    expect(answer).toEqual([true, true, true, true, 'function', 'function', 'function', 'function'])
  })
})

describe('an app', () => {
  const serve = `
    const server = http.createServer((req, res) => {
      sessions(req, res, () => {
        req.session.views = (req.session.views ?? 0) + 1
        res.end(String(req.session.views))
      })
    })
    server.listen(0, '127.0.0.1', async () => {
      const url = 'http://127.0.0.1:' + server.address().port
      const first = await fetch(url)
      const cookie = first.headers.get('set-cookie').split(';')[0]
      const second = await fetch(url, { headers: { cookie } })
      console.log(JSON.stringify([await first.text(), await second.text()]))
      server.close()
      server.closeAllConnections()
    })`

  it('keeps a session when it is CommonJS', async () => {
    const answer = await print(
      'app.cjs',
      `const http = require('node:http')
      const session = require('express-session')
      const sessions = session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false })
      ${serve}`,
    )
    expect(answer).toEqual(['1', '2'])
  })

  it('keeps a session when it is an ECMAScript module', async () => {
    const answer = await print(
      'app.mjs',
      `import http from 'node:http'
      import { coatcheck } from 'express-session'
      const sessions = coatcheck({ secret: 'x'.repeat(32) })
      ${serve}`,
    )
    expect(answer).toEqual(['1', '2'])
  })
})

describe('the inspector', () => {
  it('is found by both doors, with its style sheet, its script and its icon', async () => {
    const answer = await print(
      'inspector.cjs',
      `const http = require('node:http')
      const { coatcheck } = require('express-session')
      const { inspector } = require('express-session/inspector')
      const page = inspector(coatcheck({ secret: 'x'.repeat(32) }))
      const server = http.createServer(page).listen(0, '127.0.0.1', async () => {
        const url = 'http://127.0.0.1:' + server.address().port + '/_sessions/assets/'
        const types = []
        for (const name of ['inspector.css', 'inspector.js', 'icon.svg']) {
          const response = await fetch(url + name)
          types.push(response.headers.get('content-type'), (await response.text()).length > 100)
        }
        const module = await import('express-session/inspector')
        console.log(JSON.stringify([module.inspector === inspector, ...types]))
        server.close()
        server.closeAllConnections()
      })`,
    )
    expect(answer).toEqual([
      true,
      'text/css; charset=utf-8',
      true,
      'text/javascript; charset=utf-8',
      true,
      'image/svg+xml; charset=utf-8',
      true,
    ])
  })
})

describe('the guard', () => {
  it('finds the keys of sessions that were made through the other door', async () => {
    const answer = await print(
      'guard.mjs',
      `import { createRequire } from 'node:module'
      import { coatcheck } from 'express-session'
      import { csrf } from 'express-session/csrf'
      const require = createRequire(import.meta.url)
      const secret = 'x'.repeat(32)
      const guards = [
        csrf({ tokens: { sessions: require('express-session').coatcheck({ secret }) } }),
        require('express-session/csrf').csrf({ tokens: { sessions: coatcheck({ secret }) } }),
      ]
      console.log(JSON.stringify(guards.map((guard) => guard.check({ method: 'POST', headers: {} }))))`,
    )
    const refused = { allowed: false, reason: 'no-session' }
    expect(answer).toEqual([refused, refused])
  })
})

describe('a bundler or a transpiler, whose require answers the namespace of a module', () => {
  it.each(['index', 'session/store', 'session/memory', 'session/cookie', 'session/session'])(
    'finds the function in require/%s.cjs',
    async (name) => {
      const code = await readFile(join(packed.folder, 'dist', 'require', `${name}.cjs`), 'utf8')
      const module = { exports: {} }
      runInNewContext(code, { module, require: () => ({ default: print }) })
      expect(module.exports).toBe(print)
    },
  )
})
