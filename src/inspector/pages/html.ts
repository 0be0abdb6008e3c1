/**
 * Markup in which nothing that comes from elsewhere can be anything but text.
 */

/** Text that is markup already. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Content = Markup | string | number | boolean | undefined | readonly Content[]

/** A template whose values are escaped, unless they are markup themselves. `true`, `false` and `undefined` are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  let text = strings[0]!
  for (const [index, value] of values.entries()) text += textOf(value) + strings[index + 1]!
  return new Markup(text)
}

function textOf(value: Content): string {
  if (value instanceof Markup) return value.text
  if (typeof value === 'string') return escaped(value)
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) ? (value as readonly Content[]).map(textOf).join('') : ''
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
