/**
 * The fields of a form, whether or not the app has parsed the body already.
 */
import type { IncomingMessage } from 'node:http'

// A selection of some hundred handles fits with room to spare.
const longest = 128 * 1024

export type FormFields = ReadonlyMap<string, readonly string[]>

/** `undefined` for what is no form, or one that is too long. */
export async function formFields(req: IncomingMessage): Promise<FormFields | undefined> {
  const { body } = req as { body?: unknown }
  if (typeof body === 'string' || Buffer.isBuffer(body)) return fieldsOf(String(body))
  if (typeof body === 'object' && body !== null) return fieldsOfParsed(body)
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(req.headers['content-type'] ?? '')) return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req) {
    length += (chunk as Buffer).length
    if (length > longest) return undefined
    chunks.push(chunk as Buffer)
  }
  return fieldsOf(Buffer.concat(chunks).toString('utf8'))
}

export function field(fields: FormFields, name: string): string {
  return fields.get(name)?.[0] ?? ''
}

function fieldsOf(text: string): FormFields {
  const params = new URLSearchParams(text)
  return new Map([...new Set(params.keys())].map((name) => [name, params.getAll(name)]))
}

/** Parsers make of a field that came several times a list, and some make an object of a long one. */
function fieldsOfParsed(body: object): FormFields {
  return new Map(
    Object.entries(body).map(([name, value]: [string, unknown]) => [
      name,
      (typeof value === 'object' && value !== null ? Object.values(value) : [value]).filter(
        (entry): entry is string => typeof entry === 'string',
      ),
    ]),
  )
}
