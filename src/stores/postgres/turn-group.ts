/**
 * What is asked in the same turn of the event loop, asked together: of requests that come in together the database hears one statement,
 * in one round trip and one commit, and the app gives one connection of its pool.
 */

/** How the questions of a group are put. */
export interface Asking<Question, Answer> {
  alone(question: Question): Promise<Answer>
  /** Answers by key. Whoever is left out is asked for alone. */
  together(questions: readonly Question[]): Promise<ReadonlyMap<string, Answer>>
}

interface Waiting<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (error: unknown) => void
}

/** So that a crowd uses more than one connection, and no statement grows without bounds. */
const mostTogether = 32

export class TurnGroup<Question extends { readonly key: string }, Answer> {
  readonly #asking: Asking<Question, Answer>
  #waiting = new Map<string, Waiting<Question, Answer>>()

  constructor(asking: Asking<Question, Answer>) {
    this.#asking = asking
  }

  ask(question: Question): Promise<Answer> {
    // One statement can do one thing to one row.
    if (this.#waiting.has(question.key)) return this.#asking.alone(question)
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) setImmediate(() => this.#send())
      this.#waiting.set(question.key, { question, resolve, reject })
      if (this.#waiting.size === mostTogether) this.#send()
    })
  }

  #send(): void {
    const group = [...this.#waiting.values()]
    this.#waiting = new Map()
    if (group.length === 1) this.#askAlone(group[0]!)
    else if (group.length > 1) void this.#askTogether(group)
  }

  async #askTogether(group: readonly Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#asking.together(group.map(({ question }) => question))
      for (const each of group) {
        const answer = answers.get(each.question.key)
        if (answer === undefined) this.#askAlone(each)
        else each.resolve(answer)
      }
    } catch (error) {
      for (const each of group) {
        if (mayBeOnesFault(error)) this.#askAlone(each)
        else each.reject(error)
      }
    }
  }

  #askAlone({ question, resolve }: Waiting<Question, Answer>): void {
    resolve(this.#asking.alone(question))
  }
}

/**
 * Classes of errors for which one of a group may be to blame: its data, a constraint, its transaction, a limit. The server has undone the whole
 * statement then. What fails for other reasons fails for all, and asking again one by one would only add to its troubles.
 */
const onesFault = new Set(['22', '23', '40', '54'])

function mayBeOnesFault(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' && code.length === 5 && onesFault.has(code.slice(0, 2))
}
