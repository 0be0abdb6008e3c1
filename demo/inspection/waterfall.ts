/**
 * A trace as bars: how long each step took and where its bar stands.
 */
import type { TraceStep, TraceStepName } from 'coatcheck'

/** One step with its bar. Times are microseconds; `from` and `width` are thousandths of the chart. */
export interface Bar {
  readonly step: TraceStep
  readonly took: number
  readonly from: number
  readonly width: number
  /** The bar is shorter than its time. */
  readonly cut: boolean
}

export interface Waterfall {
  readonly bars: readonly Bar[]
  /** Microseconds: in all, and the shares of it. */
  readonly total: number
  readonly app: number
  readonly before: number
  readonly after: number
}

/** The one step that is the app's and not the session layer's. */
const appStep: TraceStepName = 'handle'

const chart = 1000
// Enough to be seen.
const least = 6
// The app often takes a hundred times as long as the session layer. Drawn to scale, all other bars would be dots.
const appShare = 0.3

export function waterfallOf(steps: readonly TraceStep[]): Waterfall {
  const timed = steps.map((step, index) => ({ step, took: step.at - (steps[index - 1]?.at ?? 0) }))
  const total = steps.at(-1)?.at ?? 0
  const appIndex = steps.findIndex(({ name }) => name === appStep)
  const app = timed[appIndex]?.took ?? 0
  const layer = total - app
  const drawnApp = Math.min(app, Math.max(1, (layer * appShare) / (1 - appShare)))
  const scale = chart / Math.max(1, layer + drawnApp)

  let position = 0
  const bars = timed.map(({ step, took }) => {
    const drawn = step.name === appStep ? drawnApp : took
    const width = Math.max(least, drawn * scale)
    const from = Math.min(position, chart - width)
    position += drawn * scale
    return { step, took, from: round(from), width: round(width), cut: drawn < took }
  })
  const before = steps[appIndex - 1]?.at ?? 0
  return { bars, total, app, before, after: layer - before }
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
