/**
 * The pages' style, script and icon: files of the package beside this code, read when they are first asked for.
 */
import { readFileSync } from 'node:fs'

export interface Asset {
  readonly type: string
  readonly text: string
}

const types: Readonly<Record<string, string>> = {
  'inspector.css': 'text/css; charset=utf-8',
  'inspector.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml; charset=utf-8',
}

const read = new Map<string, Asset>()

/** `undefined` for a name that is none of them. */
export function assetNamed(name: string): Asset | undefined {
  const type = Object.hasOwn(types, name) ? types[name] : undefined
  if (type === undefined) return undefined
  let asset = read.get(name)
  if (asset === undefined) {
    asset = { type, text: readFileSync(new URL(`../assets/${name}`, import.meta.url), 'utf8') }
    read.set(name, asset)
  }
  return asset
}
