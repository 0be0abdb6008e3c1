// @ts-check
/**
 * `npm run docs:api`: writes docs/api from the doc comments of the built package, with typedoc.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { ensureDependencies } from './lib/install.mjs'
import { root } from './lib/root.mjs'
import { runOrThrow } from './lib/run.mjs'

const tools = join(root, 'scripts', 'reference')
const target = join(root, 'docs', 'api')

/** Each entry of the package, and the declarations that its importers see. @type {Record<string, string>} */
const entries = {
  coatcheck: 'types/index.d.cts',
  'coatcheck/csrf': 'csrf/index.d.ts',
  'coatcheck/inspector': 'inspector/index.d.ts',
  'coatcheck/live': 'live/index.d.ts',
  'coatcheck/opentelemetry': 'opentelemetry/index.d.ts',
  'coatcheck/stores/memory': 'stores/memory/index.d.ts',
  'coatcheck/stores/postgres': 'stores/postgres/index.d.ts',
  'coatcheck/stores/redis': 'stores/redis/index.d.ts',
  'coatcheck/stores/sqlite': 'stores/sqlite/index.d.ts',
  'coatcheck/testing': 'testing/index.d.ts',
}

await ensureDependencies(tools)
await runOrThrow('npm', ['run', '--silent', 'build'], { cwd: root })
rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const [entry, file] of Object.entries(entries)) {
  const text = await reference(join(root, 'dist', file))
  writeFileSync(join(target, pageOf(entry)), `# ${entry}\n\n${text}`)
  console.log(`docs/api/${pageOf(entry)}`)
}
const links = Object.keys(entries).map((entry) => `- [${entry}](${pageOf(entry)})`)
writeFileSync(
  join(target, 'README.md'),
  `# API reference\n\nMade from the doc comments by \`npm run docs:api\`.\n\n${links.join('\n')}\n`,
)
await runOrThrow('npx', ['oxfmt', '--write', target], { cwd: root })

/** @param {string} entry */
function pageOf(entry) {
  return `${entry.replace(/^coatcheck\//, '').replaceAll('/', '-')}.md`
}

/** What typedoc says of an entry, in one page. @param {string} file */
async function reference(file) {
  const folder = mkdtempSync(join(tmpdir(), 'coatcheck-reference-'))
  const out = join(folder, 'out')
  const options = {
    entryPoints: [file],
    out,
    plugin: [join(tools, 'node_modules', 'typedoc-plugin-markdown', 'dist', 'index.js')],
    tsconfig: join(folder, 'tsconfig.json'),
    readme: 'none',
    disableGit: true,
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    skipErrorChecking: true,
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hidePageTitle: true,
    parametersFormat: 'table',
    logLevel: 'Error',
  }
  const compilerOptions = {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    strict: true,
    skipLibCheck: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  }
  writeFileSync(join(folder, 'typedoc.json'), JSON.stringify(options))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
  try {
    const typedoc = join(tools, 'node_modules', 'typedoc', 'bin', 'typedoc')
    await runOrThrow(process.execPath, [typedoc, '--options', join(folder, 'typedoc.json')], { cwd: tools })
    const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
    // A declaration with `export =` is a page about the function, and one about what it holds, which is all there is.
    const page = pages.find((path) => path.includes('export=')) ?? 'README.md'
    const text = readFileSync(join(out, page), 'utf8')
    // What lies outside of this page is named, and not linked to.
    return text
      .replaceAll(/\[([^\]]*)\]\((?:[^)#]*\.md)?(#[^)]*)?\)/g, (_, words, anchor) => linkTo(text, words, anchor))
      .replaceAll(/^#{2,6}(?= )/gm, (marks) => marks.slice(0, 5))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {string} text @param {string} words @param {string | undefined} anchor */
function linkTo(text, words, anchor) {
  const isHere =
    anchor !== undefined && new RegExp(`^#+ ${words.replaceAll(/[^\w]/g, '.')}(?:\\(\\))?$`, 'mi').test(text)
  return isHere ? `[${words}](${anchor})` : words
}
