import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'

import { chromium } from 'playwright-core'
import { describe, expect, test, vi } from 'vitest'

import { chromiumLaunchOptions, startMariadb, startPgbouncer, startPostgres, startRedis, useEngine } from './engines.js'

const starters = { startRedis, startPostgres, startPgbouncer, startMariadb }
const module = new URL('../../scripts/lib/engines.mjs', import.meta.url).href

describe.each(Object.entries(starters))('%s', (name, start) => {
  test('runs a server on a port of this machine, with its files in a folder, and takes all of it away', async () => {
    const engine = await start()
    expect(new URL(engine.url).port).toBe(String(engine.port))
    expect(await isListening(engine.port)).toBe(true)
    expect(isRunning(engine.pid)).toBe(true)
    expect(existsSync(engine.folder)).toBe(true)
    await engine.stop()
    expect(await isListening(engine.port)).toBe(false)
    expect(isRunning(engine.pid)).toBe(false)
    expect(existsSync(engine.folder)).toBe(false)
    await engine.stop()
  })

  test('starts again where it was after a crash', async () => {
    const crashed = await start()
    crashed.signal('SIGKILL')
    await vi.waitFor(() => expect(existsSync(crashed.folder)).toBe(false), { timeout: 10_000 })
    const back = await start({ port: crashed.port })
    expect(back.port).toBe(crashed.port)
    expect(await isListening(back.port)).toBe(true)
    await back.stop()
  })

  test('does not outlive the process that started it', async () => {
    const code = `
      import { ${name} } from '${module}'
      const { pid, folder } = await ${name}()
      process.stdout.write(JSON.stringify({ pid, folder }), () => process.kill(process.pid, 'SIGKILL'))`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
    const { pid, folder } = JSON.parse(said) as { pid: number; folder: string }
    await vi.waitFor(() => expect([isRunning(pid), existsSync(folder)]).toEqual([false, false]), { timeout: 10_000 })
  })
})

test('a server that does not start says why', async () => {
  await expect(startRedis({ settings: ['--no-such-setting', '1'] })).rejects.toThrow(/no-such-setting/)
})

describe('useEngine', () => {
  const redis = useEngine(startRedis)

  test('runs an engine for as long as the tests', async () => {
    expect(await isListening(redis().port)).toBe(true)
  })
})

test("the system's Chromium starts with the launch options", async () => {
  const browser = await chromium.launch(chromiumLaunchOptions())
  const page = await browser.newPage()
  await page.setContent('<h1>hello</h1>')
  expect(await page.textContent('h1')).toBe('hello')
  await browser.close()
})

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
