/**
 * `coatcheck doctor`: an app's settings held against the security list.
 */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { settingsOf, type LayerSettings } from '../../core/layer-settings.js'
import { diagnose, type Finding } from '../diagnosis.js'
import { Failure } from '../failures.js'
import type { Output } from '../output.js'

export interface DoctorOptions {
  readonly json?: boolean | undefined
  /** Warnings fail, too. */
  readonly strict?: boolean | undefined
}

/** `file` is a module that exports the mounted object, as `sessions` or by default. */
export async function doctor(file: string, { json, strict }: DoctorOptions, out: Output): Promise<void> {
  const findings = diagnose(await settingsIn(file))
  if (json === true) out.json(findings)
  else for (const finding of findings) print(finding, out)
  const bad = findings.filter(({ level }) => level === 'bad').length
  const warnings = findings.filter(({ level }) => level === 'warn').length
  if (json !== true)
    out.note(`\n${bad} to change, ${warnings} to think about, ${findings.length - bad - warnings} as they should be`)
  if (bad > 0 || (strict === true && warnings > 0)) throw new Failure('', 4)
}

function print({ level, what, change }: Finding, out: Output): void {
  const mark =
    level === 'bad'
      ? out.style('red', 'change')
      : level === 'warn'
        ? out.style('yellow', 'think ')
        : out.style('green', 'ok    ')
  out.print(`${mark}  ${what}${change === undefined ? '' : `\n        ${out.style('dim', `→ ${change}`)}`}`)
}

async function settingsIn(file: string): Promise<LayerSettings> {
  // What is looked at is what the app will be where it counts.
  process.env['NODE_ENV'] ??= 'production'
  let module: { readonly sessions?: unknown; readonly default?: unknown }
  try {
    module = (await import(pathToFileURL(resolve(file)).href)) as typeof module
  } catch (cause) {
    throw new Failure(`${file} cannot be loaded`, 2, { cause })
  }
  const settings = settingsOf(module.sessions) ?? settingsOf(module.default)
  if (settings !== undefined) return settings
  throw new Failure(
    `${file} must export the object that you mount: export const sessions = coatcheck({ … }). Keep it in a file of its own that starts no server`,
    2,
  )
}
