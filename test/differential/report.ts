/**
 * Mismatches for people: what is alike goes together, and of each exchange only what is apart is shown.
 */
import type { Exchange } from './cell.js'
import { nameOf } from './cell.js'
import { fieldsApart, type Mismatch } from './comparison.js'

export function report(mismatches: readonly Mismatch[], groupsShown = 25): string {
  const groups = new Map<string, Mismatch[]>()
  for (const mismatch of mismatches) {
    const { cell, stage } = mismatch
    const key = `${stage}: ${cell.action}${cell.twist === undefined ? '' : ` · ${cell.twist}`}: ${apart(mismatch).join(', ')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [mismatch])
    else group.push(mismatch)
  }
  const shown = [...groups].slice(0, groupsShown).map(([key, [first, ...rest]]) => {
    const count = rest.length === 0 ? '' : ` (and ${rest.length} more like it)`
    return `${key}${count}\n${describe(first!)}`
  })
  const hidden = groups.size - shown.length
  const heading = `${mismatches.length} exchanges differ from express-session in a way that is not declared`
  return [heading, ...shown, ...(hidden > 0 ? [`… and ${hidden} more groups`] : [])].join('\n\n')
}

function apart(mismatch: Mismatch): (keyof Exchange)[] {
  return fieldsApart(mismatch.expected, mismatch.ours)
}

function describe(mismatch: Mismatch): string {
  const lines = [`  cell      ${nameOf(mismatch.cell)}`]
  if (mismatch.declared.length > 0) lines.push(`  declared  ${mismatch.declared.join('; ')}`)
  for (const field of apart(mismatch)) {
    lines.push(`  ${field}`)
    lines.push(`    theirs    ${text(mismatch.theirs[field])}`)
    if (text(mismatch.theirs[field]) !== text(mismatch.expected[field])) {
      lines.push(`    expected  ${text(mismatch.expected[field])}`)
    }
    lines.push(`    ours      ${text(mismatch.ours[field])}`)
  }
  const same = (['store', 'cookies', 'errors', 'saw'] as const).filter((field) => !apart(mismatch).includes(field))
  for (const field of same) lines.push(`  both ${field}: ${text(mismatch.ours[field])}`)
  return lines.join('\n')
}

function text(value: string | number | readonly string[]): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value)
  return value.length === 0 ? 'nothing' : value.join('\n              ')
}
