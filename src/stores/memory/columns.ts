/**
 * Typed arrays with one value a slot, and how they grow.
 */

/** No slot, no address. */
export const NONE = -1

/** Slots enough for `needed`: an eighth more each time, so that little is kept that no record uses. */
export function grownCapacity(needed: number): number {
  return Math.max(1024, Math.ceil((needed * 9) / 8))
}

export function grownInts(column: Int32Array, capacity: number): Int32Array {
  const grown = new Int32Array(capacity).fill(NONE, column.length)
  grown.set(column)
  return grown
}
