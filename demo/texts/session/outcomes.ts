/**
 * What can come of the steps of a request, and how it is told. Methods and status codes stand for themselves.
 */

interface Told {
  /** One or two words, for the label. */
  readonly word: string
  readonly about: string
}

export interface Outcomes {
  readonly cookie: Readonly<Record<'valid' | 'none' | 'rejected', Told>>
  readonly load: Readonly<Record<'loaded' | 'created', Told>>
  readonly attach: Readonly<Record<'known' | 'new' | 'stand-in', Told>>
  readonly prepare: Readonly<Record<'changed' | 'unchanged' | 'ended' | 'failed', Told>>
  readonly commit: Readonly<
    Record<
      | 'created'
      | 'saved'
      | 'renewed'
      | 'moved'
      | 'touched'
      | 'skipped'
      | 'stored before'
      | 'gone'
      | 'destroyed'
      | 'failed',
      Told
    >
  >
  readonly 'set-cookie': Readonly<Record<'sent' | 'cleared' | 'not due' | 'barred' | 'failed', Told>>
  readonly send: Readonly<Record<'sent', Told>>
  readonly return: Readonly<Record<'with the new cookie' | 'with the same cookie' | 'without a cookie', Told>>
}

/** How an outcome is told, or nothing where it stands for itself. */
export function toldOf(outcomes: Outcomes, step: string, outcome: string): Told | undefined {
  if (!Object.hasOwn(outcomes, step)) return undefined
  const told: Readonly<Record<string, Told>> = outcomes[step as keyof Outcomes]
  return Object.hasOwn(told, outcome) ? told[outcome] : undefined
}
