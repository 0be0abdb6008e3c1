/**
 * Small TypeScript projects that consume the packed package, compiled by the compilers that apps have.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const consumers = fileURLToPath(new URL('consumers', import.meta.url))

/** Where an installed package is, as this project finds it or as the package in another folder does. */
export function packageFolder(name: string, from?: string): string {
  const { resolve } = from === undefined ? require : createRequire(join(from, 'package.json'))
  return dirname(resolve(`${name}/package.json`))
}

/** The compilers of the matrix, by the names they are installed under. */
export type Compiler = 'typescript-5.0' | 'typescript-5.9' | 'typescript'

export type CompilerOptions = Readonly<Record<string, unknown>>

export interface Project {
  /** Folder to make the project in, empty but for `include`. */
  readonly folder: string
  readonly compiler: Compiler
  readonly options: CompilerOptions
  /** What package.json says of its .js and .ts files. */
  readonly type: 'commonjs' | 'module'
  /** Folders under `consumers/`. */
  readonly sources: readonly string[]
  /** Folders that are in the project already. */
  readonly include?: readonly string[]
  /** The name by which the sources import the package; they are written for `express-session`. */
  readonly importedAs: string
  /** What lies in node_modules: a package by its own name, a folder that is copied there, or another installed one that is linked. */
  readonly installed: readonly (string | readonly [name: string, place: { copy: string } | { link: string }])[]
}

/** Compiles a project and answers what the compiler has to say, which is nothing when all is well. */
export async function compile(project: Project): Promise<string> {
  const { folder } = project
  for (const entry of project.installed) {
    const [name, place] = typeof entry === 'string' ? [entry, { link: packageFolder(entry) }] : entry
    const target = join(folder, 'node_modules', name)
    await mkdir(dirname(target), { recursive: true })
    // A package is copied where it has to find other packages from its new place, as an installed one would.
    if ('copy' in place) await cp(place.copy, target, { recursive: true })
    else await symlink(place.link, target, 'junction')
  }
  for (const source of project.sources) await copySources(join(consumers, source), join(folder, source), project)
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: project.type }))
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config(project)))
  return runCompiler(project.compiler, folder, [])
}

async function copySources(from: string, to: string, { importedAs }: Project): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    const text = await readFile(join(from, name), 'utf8')
    await writeFile(join(to, name), text.replaceAll(/(['"])express-session(?=['"/])/g, `$1${importedAs}`))
  }
}

function config({ options, sources, include = [] }: Project): object {
  return {
    compilerOptions: {
      target: 'es2022',
      lib: ['es2022'],
      strict: true,
      // Apps emit declarations too, and every type that we hand out must then have a name they can write.
      declaration: true,
      rootDir: '.',
      outDir: 'out',
      ...options,
    },
    include: [...sources, ...include],
  }
}

// Two at a time: each takes a core and a few hundred megabytes.
const queue: (() => void)[] = []
let running = 0

export async function runCompiler(compiler: Compiler, folder: string, args: readonly string[]): Promise<string> {
  if (running === 2) await new Promise<void>((resolve) => queue.push(resolve))
  running += 1
  try {
    const home = packageFolder(compiler)
    const { bin } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { bin: { tsc: string } }
    return await new Promise<string>((resolve) => {
      execFile(
        process.execPath,
        [join(home, bin.tsc), '--pretty', 'false', ...args],
        { cwd: folder },
        (error, out, err) => {
          const text = `${out}${err}`.trim()
          resolve(error !== null && text === '' ? error.message : text)
        },
      )
    })
  } finally {
    running -= 1
    queue.shift()?.()
  }
}
