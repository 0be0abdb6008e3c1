/**
 * A drawer: a folder of JSON documents, one file each. A document is written whole or not at all, and is on the disk when the promise
 * is through, so a killed server loses nothing that it has answered.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

const safeName = /^[\w-]{1,80}$/

export class Drawer<Document extends object> {
  readonly #folder: string
  readonly #changes = new Map<string, Promise<unknown>>()

  constructor(folder: string) {
    this.#folder = folder
  }

  async read(name: string): Promise<Document | undefined> {
    if (!safeName.test(name)) return undefined
    try {
      return JSON.parse(await readFile(this.#path(name), 'utf8')) as Document
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  /** The names of all documents. */
  async names(): Promise<readonly string[]> {
    try {
      const files = await readdir(this.#folder)
      return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length))
    } catch (error) {
      if (isMissing(error)) return []
      throw error
    }
  }

  /** Puts a new document in; false, with nothing done, when there is one of that name. */
  async add(name: string, document: Document): Promise<boolean> {
    const draft = await this.#draft(document)
    try {
      // A link is refused where the name is taken, even if another process took it this very moment.
      await link(draft, this.#path(name))
      return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    } finally {
      await rm(draft, { force: true })
    }
  }

  /** Replaces a document by what `change` makes of it. Changes of one document wait for each other. */
  async change(name: string, change: (document: Document) => Document): Promise<void> {
    const before = this.#changes.get(name)
    const mine = (async () => {
      // Whether the one before failed is told to whoever asked for it.
      await before?.catch(() => {})
      const document = await this.read(name)
      if (document !== undefined) await rename(await this.#draft(change(document)), this.#path(name))
    })()
    this.#changes.set(name, mine)
    try {
      await mine
    } finally {
      if (this.#changes.get(name) === mine) this.#changes.delete(name)
    }
  }

  #path(name: string): string {
    if (!safeName.test(name)) throw new Error('a name that is no file name')
    return join(this.#folder, `${name}.json`)
  }

  async #draft(document: Document): Promise<string> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const draft = join(this.#folder, `${randomUUID()}.draft`)
    const file = await open(draft, 'wx', 0o600)
    try {
      await file.writeFile(JSON.stringify(document, null, 2))
      await file.sync()
    } finally {
      await file.close()
    }
    return draft
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
