/**
 * The ten steps of a request as bars: how long each took, and where its bar stands.
 */
import type { TraceStep, TraceStepName } from '../../core/trace.js'

/** Times are microseconds; `from` and `width` are thousandths of the chart. */
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
  /** In all, and what of it was the app's own. */
  readonly total: number
  readonly app: number
}

/** The one step that is the app's. */
export const appStep: TraceStepName = 'handle'

const chart = 1000
/** Enough to be seen. */
const least = 5
/**
 * The most of the chart that the app's own step takes. It often takes a hundred times as long as all the others, which would be dots beside it if it
 * were drawn to scale.
 */
const appShare = 0.35

export function waterfallOf(steps: readonly TraceStep[]): Waterfall {
  const took = steps.map(({ at }, index) => Math.max(0, at - (steps[index - 1]?.at ?? 0)))
  const total = steps.at(-1)?.at ?? 0
  const app = took[steps.findIndex(({ name }) => name === appStep)] ?? 0
  const others = total - app
  const drawnApp = Math.min(app, Math.max(1, (others * appShare) / (1 - appShare)))
  const scale = chart / Math.max(1, others + drawnApp)
  let position = 0
  const bars = steps.map((step, index): Bar => {
    const drawn = step.name === appStep ? drawnApp : took[index]!
    const width = Math.max(least, drawn * scale)
    const from = Math.min(position, chart - width)
    position += drawn * scale
    return { step, took: took[index]!, from: rounded(from), width: rounded(width), cut: drawn < took[index]! }
  })
  return { bars, total, app }
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10
}
