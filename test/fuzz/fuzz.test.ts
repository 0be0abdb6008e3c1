/**
 * A few seconds of `npm run fuzz`, the same cases each time, in a process of its own as users have it: over the built package.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import { describe, expect, it, onTestFinished } from 'vitest'

const program = fileURLToPath(new URL('run.mjs', import.meta.url))
const seed = '20260101'
// A loaded machine takes its time; what hangs, the program itself finds out.
const patience = 180_000

/** What the program printed, and how it ended. */
async function fuzz(
  args: readonly string[],
  nodeOptions: readonly string[] = [],
): Promise<{ code: unknown; text: string }> {
  const child = spawn(process.execPath, [...nodeOptions, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const [code] = (await once(child, 'close')) as [unknown]
  return { code, text }
}

describe('hostile input finds nothing', () => {
  it.each([
    ['cookie-header', 400],
    ['response', 500],
    ['http2', 500],
    ['store-answers', 1_200],
    ['data', 300],
    ['clock', 1_200],
  ])(
    'in %s, %i cases',
    async (target, cases) => {
      const { code, text } = await fuzz(['--target', target, '--seed', seed, '--cases', String(cases)])
      expect(text).not.toContain('FOUND')
      expect(text).toContain(`cases: ${target} ${cases.toLocaleString('en')}`)
      expect(code).toBe(0)
    },
    patience,
  )
})

describe('the fuzzer', () => {
  const sabotage = (code: string): string[] => [
    '--import',
    `data:text/javascript,${encodeURIComponent(`import crypto from 'node:crypto';import { syncBuiltinESMExports } from 'node:module';${code};syncBuiltinESMExports()`)}`,
  ]

  it(
    'finds a signature that nobody checks, and says how to see it again',
    async () => {
      const everythingMatches = sabotage('crypto.timingSafeEqual = () => true')
      const { code, text } = await fuzz(
        ['--target', 'cookie-header', '--seed', seed, '--cases', '400'],
        everythingMatches,
      )
      expect(code).toBe(1)
      expect(text).toMatch(/FOUND in cookie-header:\n.*the session is victim's/)
      const [, again] = /Again: npm run fuzz -- (.*)/.exec(text)!
      const repeated = await fuzz(again!.split(' '), everythingMatches)
      expect(repeated.code).toBe(1)
      expect(repeated.text).toContain("the session is victim's")
      expect((await fuzz(again!.split(' '))).code).toBe(0)
    },
    patience,
  )

  it('knows its targets by name', async () => {
    const { code, text } = await fuzz(['--target', 'nonsense'])
    expect(code).not.toBe(0)
    expect(text).toContain(
      'there is no target nonsense; they are cookie-header, response, http2, store-answers, data, clock',
    )
  })
})
