// @ts-check
/**
 * Runs the ecosystem suite alone:
 *
 *     node scripts/ecosystem.mjs [--subject=coatcheck|express-session] [part of a file's name …]
 *
 * The subject is coatcheck as it is in dist/, unless told to be the genuine express-session.
 */
import { installEcosystem, runEcosystem } from './lib/ecosystem.mjs'
import { ensureDependencies, requireNode } from './lib/install.mjs'
import { root } from './lib/root.mjs'

requireNode()
const args = process.argv.slice(2)
const option = args.find((arg) => arg.startsWith('--subject='))
const subject = option?.slice('--subject='.length) ?? 'coatcheck'
if (subject !== 'coatcheck' && subject !== 'express-session') {
  console.error(`--subject is coatcheck or express-session, not ${subject}`)
  process.exit(1)
}
await ensureDependencies(root)
await installEcosystem(subject)
const { passed, failed } = await runEcosystem(args.filter((arg) => arg !== option))
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
