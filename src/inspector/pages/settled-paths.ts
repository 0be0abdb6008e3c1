/**
 * What became of two changes that met, path by path.
 */
import type { SettledPaths } from '../../core/conflicts.js'
import { count } from './formats.js'
import { html, type Markup } from './html.js'

const most = 12
const mostBriefly = 4

export function settledPaths({ paths, mine, theirs }: SettledPaths): Markup {
  const both = new Set(mine.filter((path) => theirs.includes(path)))
  const rows: readonly (readonly [tone: string, told: string, paths: readonly string[]])[] = [
    ['a', 'changed by the later request', mine.filter((path) => !both.has(path))],
    ['d', 'changed by the other', theirs.filter((path) => !both.has(path))],
    ['c', 'added to by both, and both stand', [...both]],
    ['b', 'changed by both: the later stands', paths],
  ]
  return html`<dl class="paths">
    ${rows
      .filter(([, , named]) => named.length > 0)
      .map(
        ([tone, told, named]) =>
          html`<div>
            <dt><i class="swatch ${tone}"></i>${told}</dt>
            <dd>
              ${named.slice(0, most).map((path) => html`<code>${path}</code> `)}${
                named.length > most && `and ${count(named.length - most)} more`
              }
            </dd>
          </div>`,
      )}
  </dl>`
}

/** The same in a few words. */
export function settledBriefly({ paths, mine, theirs }: SettledPaths): Markup {
  const named = paths.length > 0 ? paths : [...new Set([...theirs, ...mine])]
  const told = paths.length > 0 ? 'the later one’s stands at ' : 'both kept: '
  const left = named.length - mostBriefly
  return html`${told}${named.slice(0, mostBriefly).map((path) => html`<code>${path}</code> `)}${left > 0 && `and ${count(left)} more`}`
}
