/**
 * A promise that a test settles.
 */
export interface Gate<T> {
  readonly passed: Promise<T>
  open(value: T): void
  fail(error: unknown): void
}

export function gate<T = void>(): Gate<T> {
  let settle: Omit<Gate<T>, 'passed'> | undefined
  const passed = new Promise<T>((open, fail) => {
    settle = { open, fail }
  })
  return { passed, ...settle! }
}
