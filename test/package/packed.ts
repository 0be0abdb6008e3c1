/**
 * The package as npm would publish it: packed from `dist/`, unpacked into a folder of its own.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const run = promisify(execFile)
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A value of the export map: a file, or conditions that lead to one. */
export type ExportTarget = string | { readonly [condition: string]: ExportTarget }

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly main: string
  readonly types: string
  readonly exports: Readonly<Record<string, ExportTarget>>
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly bundledDependencies?: readonly string[]
  readonly scripts?: Readonly<Record<string, string>>
}

export interface PackedPackage {
  readonly tarball: string
  /** What is in the tarball, unpacked. */
  readonly folder: string
  readonly manifest: Manifest
  /** Paths of all files in it, with forward slashes. */
  readonly files: readonly string[]
  readonly packedBytes: number
  readonly unpackedBytes: number
  remove(): Promise<void>
}

/** A new empty folder under the system's folder for such. */
export function temporaryFolder(purpose: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `coatcheck-${purpose}-`))
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true })
}

/** Packs what is built. The build is not repeated: other tests may be reading it. */
export async function packPackage(): Promise<PackedPackage> {
  for (const file of ['dist/index.js', 'dist/types/index.d.ts', 'dist/require/index.cjs']) {
    if (!existsSync(join(root, file))) throw new Error(`${file} is missing: run npm run build first`)
  }
  const place = await temporaryFolder('pack')
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', place], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  const [packed] = JSON.parse(stdout) as [{ filename: string; size: number; unpackedSize: number }]
  const tarball = join(place, packed.filename)
  const unpacked = join(place, 'unpacked')
  await mkdir(unpacked)
  await run('tar', ['-xzf', tarball, '-C', unpacked])
  const folder = join(unpacked, 'package')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return {
    tarball,
    folder,
    manifest: JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest,
    files: entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort(),
    packedBytes: packed.size,
    unpackedBytes: packed.unpackedSize,
    remove: () => removeFolder(place),
  }
}
