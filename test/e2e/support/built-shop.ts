/**
 * Where the built shop is: what is tested is what `npm run demo` runs.
 */
import { existsSync } from 'node:fs'

/** The URL of a module of the shop. `npm test` has built it; a run of vitest alone has not. */
export function builtShop(module: string): URL {
  const url = new URL(`../../../demo/dist/${module}`, import.meta.url)
  if (!existsSync(url)) throw new Error('the shop is not built: npm run build && npm run build:demo')
  return url
}
