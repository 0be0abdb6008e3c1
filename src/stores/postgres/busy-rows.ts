/**
 * What requests ask all day: one row read, updated or touched, together with those of the other requests of the same turn.
 */
import type { SessionRecord } from '../../core/record.js'
import type { PlainValue, PostgresResult, PostgresValue } from './connection.js'
import { recordOf, valuesOf, type Statements } from './statements.js'
import { toColumn } from './text.js'
import { TurnGroup } from './turn-group.js'

type Run = (name: keyof Statements, values: PostgresValue[]) => Promise<PostgresResult>

/** `values` are those of the statement for one; the statement for many takes an array in the place of each. */
interface Question {
  readonly key: string
  readonly values: PlainValue[]
}

export class BusyRows {
  readonly #reads: TurnGroup<Question, SessionRecord | null>
  readonly #updates: TurnGroup<Question, boolean>
  readonly #touches: TurnGroup<Question, boolean>

  constructor(run: Run) {
    this.#reads = new TurnGroup({
      alone: async ({ values }) => {
        const row = (await run('read', values)).rows[0]
        return row === undefined ? null : recordOf(row)
      },
      together: async (questions) => {
        const { rows } = await run('readTogether', arraysOf(questions))
        const found = new Map(rows.map((row) => [row['key'], recordOf(row)]))
        return new Map(questions.map(({ key }) => [key, found.get(key) ?? null]))
      },
    })
    // Whoever is not among the changed rows is held by another, of another version or not there: asked alone, it waits and gets to know.
    const changes = (one: keyof Statements, many: keyof Statements): TurnGroup<Question, boolean> =>
      new TurnGroup({
        alone: async ({ values }) => (await run(one, values)).rowCount === 1,
        together: async (questions) => {
          const { rows } = await run(many, arraysOf(questions))
          return new Map(rows.map((row) => [row['key'] as string, true]))
        },
      })
    this.#updates = changes('update', 'updateTogether')
    this.#touches = changes('touch', 'touchTogether')
  }

  async read(key: string): Promise<SessionRecord | undefined> {
    const column = toColumn(key)
    return (await this.#reads.ask({ key: column, values: [column] })) ?? undefined
  }

  /** `false`: there is no such row, or not with this version. */
  update(key: string, record: SessionRecord, expectedVersion: number): Promise<boolean> {
    const column = toColumn(key)
    return this.#updates.ask({ key: column, values: [...valuesOf(record), column, expectedVersion] })
  }

  touch(key: string, expiresAt: number): Promise<boolean> {
    const column = toColumn(key)
    return this.#touches.ask({ key: column, values: [column, expiresAt] })
  }
}

function arraysOf(questions: readonly Question[]): PostgresValue[] {
  return questions[0]!.values.map((_, place) => questions.map(({ values }) => values[place]!))
}
