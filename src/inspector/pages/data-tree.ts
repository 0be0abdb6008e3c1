/**
 * A session's data as a tree that can be folded, as much of it as a page can hold.
 */
import { isSecretLooking, type Redact } from '../looking/redaction.js'
import { count, counted } from './formats.js'
import { html, type Markup } from './html.js'

const mostNodes = 1500
const mostInOne = 100
const deepest = 12
const longestText = 400
/** Below this depth branches are folded. */
const openDepth = 2

interface Budget {
  nodes: number
}

/** `holdsId`: texts that must not appear, as a name or as a value. */
export function dataTree(
  data: Readonly<Record<string, unknown>>,
  redact: Redact,
  holdsId: (text: string) => boolean,
): Markup {
  const budget = { nodes: mostNodes }
  const hides: Redact = (path, value) => redact(path, value) || (typeof value === 'string' && holdsId(value))
  if (Object.keys(data).length === 0) return html`<p class="empty">It holds nothing.</p>`
  return html`<div class="tree">${branch(data, [], { hides, holdsId }, budget)}</div>`
}

interface Guard {
  readonly hides: Redact
  readonly holdsId: (text: string) => boolean
}

function branch(value: object, path: readonly string[], guard: Guard, budget: Budget): Markup {
  const entries = Object.entries(value) as [string, unknown][]
  const shown = entries.slice(0, Math.min(mostInOne, Math.max(0, budget.nodes)))
  budget.nodes -= shown.length
  const left = entries.length - shown.length
  return html`<ul>
    ${shown.map(([name, member]) => node(name, member, [...path, name], guard, budget))}
    ${left > 0 && html`<li class="more">and ${count(left)} more</li>`}
  </ul>`
}

function node(name: string, value: unknown, path: readonly string[], guard: Guard, budget: Budget): Markup {
  const key = html`<span class="key">${guard.holdsId(name) || isSecretLooking(name) ? '(redacted)' : name}</span>`
  if (guard.hides(path, value)) return html`<li>${key} <span class="redacted">redacted</span></li>`
  if (typeof value !== 'object' || value === null) return html`<li>${key} ${leaf(value)}</li>`
  const size = sizeOf(value)
  if (Object.keys(value).length === 0) return html`<li>${key} <span class="size">${size}</span></li>`
  if (path.length >= deepest) return html`<li>${key} <span class="size">${size}, too deep to be shown</span></li>`
  return html`<li>
    <details ${path.length < openDepth && html`open`}>
      <summary>${key} <span class="size">${size}</span></summary>
      ${branch(value, path, guard, budget)}
    </details>
  </li>`
}

function leaf(value: unknown): Markup {
  if (typeof value === 'string') {
    const shown = value.slice(0, longestText)
    const left = value.length - shown.length
    return html`<span class="text">“${shown}”</span
      >${left > 0 && html` <span class="size">and ${count(left)} more characters</span>`}`
  }
  return html`<span class="${typeof value === 'number' ? 'digits' : 'word'}">${String(value)}</span>`
}

function sizeOf(value: object): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : counted(value.length, 'item')
  const { length } = Object.keys(value)
  return length === 0 ? 'an empty object' : counted(length, 'member')
}
