/**
 * What the tools that judge packages say of ours.
 */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { packPackage, run, type Manifest, type PackedPackage } from './packed.js'

let packed: PackedPackage

beforeAll(async () => {
  packed = await packPackage()
})

afterAll(() => packed.remove())

it('publint finds nothing, not even to suggest', async () => {
  const { messages } = await publint({ pkgDir: packed.folder, level: 'suggestion', strict: true, pack: false })
  expect(messages.map((message) => formatMessage(message, packed.manifest as never, { color: false }))).toEqual([])
})

it('attw finds the right types for every entry under every way of resolving them', async () => {
  const require = createRequire(import.meta.url)
  const manifest = require.resolve('@arethetypeswrong/cli/package.json')
  const { bin } = require(manifest) as { bin: { attw: string } }
  const attw = [join(manifest, '..', bin.attw), packed.tarball, '--format', 'json', '--no-definitely-typed']
  const { stdout } = await run(process.execPath, attw).catch((error: { stdout: string }) => error)
  const { analysis } = JSON.parse(stdout) as {
    analysis: { entrypoints: Record<string, { resolutions: object }>; problems: readonly object[] }
  }
  const { exports } = packed.manifest satisfies Manifest
  expect(Object.keys(analysis.entrypoints).sort()).toEqual(Object.keys(exports).sort())
  expect(analysis.problems).toEqual([])
})
