/**
 * What a session is measured against when its request ends: as it was loaded, and as the store has it since.
 */
import { noMarks, type SessionMarks } from '../core/marks.js'
import type { SessionSnapshot } from './session-snapshot.js'

export class Baseline {
  #id: unknown
  #text = '{}'
  #attributes: string | undefined
  #storedId: unknown
  #storedText: string | undefined
  #storedAttributes: string | undefined
  #storedMarks: SessionMarks = noMarks

  /** The session as the request came by it. `attributes`: its cookie's, where a change of them counts. */
  begin(id: unknown, text: string = '{}', attributes?: string): void {
    this.#id = id
    this.#text = text
    this.#attributes = attributes
  }

  noteStored(id: string, text: string, attributes: string | undefined, marks: SessionMarks): void {
    this.#storedId = id
    this.#storedText = text
    this.#storedAttributes = attributes
    this.#storedMarks = marks
  }

  hasStored(): boolean {
    return this.#storedText !== undefined
  }

  forgetStored(): void {
    this.#storedText = undefined
  }

  /** The data as store and request had it in common last. */
  get commonText(): string {
    return this.#storedText ?? this.#text
  }

  /** ID or data are not what they were. */
  isModified(session: SessionSnapshot): boolean {
    return session.id !== this.#id || session.dataText() !== this.#text
  }

  /** The cookie's attributes are not what they were. */
  isCookieChanged(session: SessionSnapshot): boolean {
    return session.attributes() !== this.#attributes
  }

  /** The store has the data of the session as it is now. */
  isDataStored(session: SessionSnapshot): boolean {
    return this.#storedId === session.id && this.#storedText === session.dataText()
  }

  isCookieStored(session: SessionSnapshot): boolean {
    return this.#storedAttributes === session.attributes()
  }

  areMarksStored(session: SessionSnapshot): boolean {
    return this.#storedMarks === session.marks
  }
}
