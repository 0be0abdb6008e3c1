/**
 * From rounds to figures: what a subject adds over the bare app, and the share of what its rival adds.
 */

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What the given share of the numbers does not exceed. */
export function percentile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * share) - 1]
}

/** The smallest and the middle round. Noise only ever adds time, so the smallest is the nearest to what the code costs. */
export function summarize(samples) {
  return { min: Math.min(...samples), median: median(samples) }
}

/** What was added over `base`: smallest over smallest, and the middle of the differences of the rounds, which were run side by side. */
export function added(samples, base) {
  return {
    min: Math.min(...samples) - Math.min(...base),
    median: median(samples.map((sample, round) => sample - base[round])),
  }
}

/** How far the middle half of the rounds is spread, against the middle round: what to expect of another run. */
export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share) => sorted[Math.round((sorted.length - 1) * share)]
  return (at(0.75) - at(0.25)) / median(samples)
}
