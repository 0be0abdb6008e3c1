/**
 * Markup that is safe by default: what `html` did not make itself is escaped.
 */

/** Markup that may be sent as it is. Only `html` makes it. */
class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

export type { Markup }

/** What may stand in a template. `false`, `null` and `undefined` leave nothing, so that `${condition && html`…`}` reads well. */
export type Content = Markup | string | number | false | null | undefined | readonly Content[]

/** A template of markup. Values are escaped for text and for quoted attributes; other places take no values. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0]!
  for (const [index, value] of values.entries()) text += textOf(value) + strings[index + 1]!
  return new Markup(text)
}

function textOf(value: Content): string {
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  if (value === false || value === null || value === undefined) return ''
  return value.map(textOf).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!)
}
