/**
 * JSON for people: indented, with names and values told apart by colour.
 */
import { html, type Content, type Markup } from '../html.js'

export function prettyJson(value: unknown): Markup {
  return html`<pre class="json" tabindex="0"><code>${valueOf(value, '')}</code></pre>`
}

/** A value on one line. */
export function inlineJson(value: unknown): Markup {
  return html`<code class="json">${JSON.stringify(value)}</code>`
}

function valueOf(value: unknown, indent: string): Content {
  if (typeof value !== 'object' || value === null)
    return html`<span class="${kindOf(value)}">${JSON.stringify(value)}</span>`
  // A value that leaves itself out of JSON leaves itself out here.
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined)
  const isList = Array.isArray(value)
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) return open + close
  const inner = `${indent}  `
  return [
    `${open}\n`,
    entries.map(([key, entry], index) => [
      inner,
      !isList && html`<span class="key">${JSON.stringify(key)}</span>: `,
      valueOf(entry, inner),
      index < entries.length - 1 ? ',\n' : '\n',
    ]),
    indent + close,
  ]
}

function kindOf(value: unknown): string {
  return typeof value === 'string' ? 'text' : 'number'
}
