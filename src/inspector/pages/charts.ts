/**
 * Small charts as inline SVG. They hold no style of their own, and stretch to the width they are given; what is written beside them is HTML and
 * does not.
 */
import { latency } from './formats.js'
import { html, type Markup } from './html.js'

export interface Series {
  /** Names its colour in the style sheet. */
  readonly tone: string
  readonly values: readonly number[]
}

/** What is written beside a chart, and told to those who do not see it. */
export interface ChartText {
  /** How far it goes back. */
  readonly minutes: number
  readonly label: string
}

const height = 100
/** Of a column, so that columns stay apart. */
const barWidth = 0.8

/** Columns that stand on each other. */
export function stackedColumns(series: readonly Series[], text: ChartText): Markup {
  const columns = series[0]!.values.length
  const sums = Array.from({ length: columns }, (_, index) => sumAt(series, index))
  const top = niceCeiling(Math.max(...sums))
  const below: number[] = Array.from({ length: columns }, () => 0)
  const paths = series.map(({ tone, values }) => {
    const path = values
      .map((value, index) => {
        const from = below[index]!
        below[index] = from + value
        return value === 0 ? '' : bar(index, y(from, top), y(from + value, top))
      })
      .join('')
    return html`<path class="fill ${tone}" d="${path}" />`
  })
  return chart(columns, text, [String(top), String(top / 2), '0'], html`${rules(3, columns)}${paths}`)
}

/** One series upwards and one downwards, from a line in the middle. */
export function mirroredColumns(up: Series, down: Series, text: ChartText): Markup {
  const top = niceCeiling(Math.max(...up.values, ...down.values))
  const path = ({ tone, values }: Series, direction: 1 | -1): Markup =>
    html`<path
      class="fill ${tone}"
      d="${values.map((value, index) => (value === 0 ? '' : bar(index, height / 2, height / 2 - (direction * value * height) / 2 / top))).join('')}"
    />`
  const drawing = html`${rules(3, up.values.length)}${path(up, 1)}${path(down, -1)}`
  return chart(up.values.length, text, [String(top), '0', String(top)], drawing)
}

/** Times on a scale of powers of ten, with gaps where there were none. */
export function latencyLines(
  lines: readonly { readonly tone: string; readonly values: readonly (number | undefined)[] }[],
  text: ChartText,
): Markup {
  const known = lines.flatMap(({ values }) => values).filter((value) => value !== undefined)
  const low = Math.floor(Math.log10(Math.min(...known, 0.1)))
  const high = Math.max(low + 2, Math.ceil(Math.log10(Math.max(...known, 0.1))))
  const at = (value: number): number => height - ((Math.log10(value) - low) / (high - low)) * height
  const labels = Array.from({ length: high - low + 1 }, (_, step) => latency(10 ** (high - step)))
  const paths = lines.map(({ tone, values }) => html`<path class="line ${tone}" d="${linePath(values, at)}" />`)
  const columns = lines[0]!.values.length
  return chart(columns, text, labels, html`${rules(labels.length, columns)}${paths}`)
}

/** Columns without a scale, beside a number that says how many. */
export function sparkline({ tone, values }: Series): Markup {
  const top = Math.max(1, ...values)
  const path = values.map((value, index) => (value === 0 ? '' : bar(index, height, y(value, top)))).join('')
  return html`<svg class="spark" viewBox="0 0 ${values.length} ${height}" preserveAspectRatio="none" aria-hidden="true">
    <path class="rule" d="M0 ${height}H${values.length}" />
    <path class="fill ${tone}" d="${path}" />
  </svg>`
}

/** One bar in parts. */
export function shares(parts: readonly { readonly tone: string; readonly value: number }[], label: string): Markup {
  const sum = Math.max(
    1,
    parts.reduce((total, { value }) => total + value, 0),
  )
  let from = 0
  const drawn = parts.map(({ tone, value }) => {
    const width = (value / sum) * 1000
    from += width
    return html`<rect class="fill ${tone}" x="${round(from - width)}" width="${round(width)}" height="10" />`
  })
  return html`<svg class="shares" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="${label}">
    <rect class="ground" width="1000" height="10" />
    ${drawn}
  </svg>`
}

function chart(columns: number, { minutes, label }: ChartText, labels: readonly string[], drawing: Markup): Markup {
  return html`<div class="chart">
    <div class="scale" aria-hidden="true">${labels.map((text) => html`<span>${text}</span>`)}</div>
    <svg viewBox="0 0 ${columns} ${height}" preserveAspectRatio="none" role="img" aria-label="${label}">${drawing}</svg>
    <div class="times" aria-hidden="true">
      <span>${minutes} min ago</span><span>${minutes / 2}</span><span>now</span>
    </div>
  </div>`
}

function rules(lines: number, columns: number): Markup {
  const at = (index: number): number => round((index / (lines - 1)) * height)
  return html`<path
    class="rule"
    d="${Array.from({ length: lines }, (_, index) => `M0 ${at(index)}H${columns}`).join('')}"
  />`
}

function bar(index: number, from: number, to: number): string {
  return `M${index} ${round(from)}V${round(to)}h${barWidth}V${round(from)}z`
}

function linePath(values: readonly (number | undefined)[], at: (value: number) => number): string {
  let path = ''
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue
    // A lone column is a short line of its own.
    const joins = values[index - 1] !== undefined
    path += `${joins ? 'L' : 'M'}${index + (joins ? 0.5 : 0)} ${round(at(value))}`
    if (!joins && values[index + 1] === undefined) path += 'h1'
  }
  return path
}

function sumAt(series: readonly Series[], index: number): number {
  return series.reduce((sum, { values }) => sum + values[index]!, 0)
}

function y(value: number, top: number): number {
  return height - (value / top) * height
}

/** The next of 2, 4, 6, 8, 10, 20, …: half of each is a whole number, too. */
function niceCeiling(value: number): number {
  for (let unit = 1; ; unit *= 10) {
    for (const step of [2, 4, 6, 8, 10]) if (value <= step * unit) return step * unit
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
