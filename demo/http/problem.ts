/**
 * An answer that something cannot be done: a status, and a page in style for it.
 */
export class Problem extends Error {
  readonly status: 400 | 404

  constructor(status: 400 | 404) {
    super(`the shop answers with ${status}`)
    this.status = status
  }
}
