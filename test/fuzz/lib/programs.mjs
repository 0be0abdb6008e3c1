/**
 * What handlers do to a response, as data: every form of every call that Node has for it, in any order.
 */
import * as fc from 'fast-check'

/** One time in six. */
export function sometimes(arbitrary) {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

const name = fc.constantFrom(
  'x-app',
  'X-App',
  'x-other',
  'content-type',
  'cache-control',
  'vary',
  'etag',
  'location',
  'set-cookie',
  'Set-Cookie',
)
const badName = fc.constantFrom('x app', 'x\r\ny', ':path')
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b c', 'é', '', 'text/html', 'public, max-age=60', 'own=1; Path=/') },
  { weight: 3, arbitrary: fc.constantFrom(5, 0, true, ['a', 'b'], ['own=1', 'own=2'], []) },
  { weight: 1, arbitrary: fc.constantFrom('a\r\nx-evil: 1', 'a\nb', '\0', '\u20ac') },
)
const header = fc.tuple(fc.oneof({ weight: 12, arbitrary: name }, { weight: 1, arbitrary: badName }), value)
/** What Node does with a name that is given twice depends on its version, and on what was set before. We send both. */
const once = fc.uniqueArray(header, { maxLength: 4, selector: ([key]) => key.toLowerCase() })
const headers = fc.oneof(
  { weight: 4, arbitrary: once.map((pairs) => ({ object: pairs })) },
  { weight: 3, arbitrary: once.map((pairs) => ({ flat: pairs })) },
  { weight: 3, arbitrary: fc.array(header, { maxLength: 4 }).map((pairs) => ({ pairs })) },
  { weight: 1, arbitrary: fc.array(header, { minLength: 1, maxLength: 3 }).map((pairs) => ({ odd: pairs })) },
  { weight: 1, arbitrary: fc.constantFrom({ nothing: 'undefined' }, { nothing: 'null' }, { nothing: 'text' }) },
)
const status = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(200, 201, 204, 205, 301, 304, 404, 500) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(99, 100, 101, 199, 599, 600, 999, 1_000, 0, -1, '200', '204', 'x', 200.5, {
      $NaN: true,
    }),
  },
)
const reason = fc.constantFrom('Fine', '', 'é', 'a\r\nb', '\u20ac')
const text = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('', 'body', 'é€😀', 'x'.repeat(70_000)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ $buffer: 'bytes' }, { $bytes: [0, 255, 10] }, { $null: true }, { $undefined: true }),
  },
  { weight: 1, arbitrary: fc.constantFrom(5, { $object: true }, { $array: true }) },
)
// Not hex: of text that is none Node sends what happens to be in memory.
const encoding = fc.constantFrom(undefined, 'utf8', 'latin1', 'utf16le')

const writing = fc.oneof(
  { weight: 2, arbitrary: status.map((code) => ({ call: 'statusCode', code })) },
  { weight: 1, arbitrary: reason.map((phrase) => ({ call: 'statusMessage', phrase })) },
  { weight: 4, arbitrary: header.map(([key, given]) => ({ call: 'setHeader', key, given })) },
  { weight: 2, arbitrary: header.map(([key, given]) => ({ call: 'appendHeader', key, given })) },
  { weight: 1, arbitrary: name.map((key) => ({ call: 'removeHeader', key })) },
  { weight: 1, arbitrary: header.map(([key, given]) => ({ call: 'setHeaders', key, given })) },
  {
    weight: 4,
    arbitrary: fc.record({
      call: fc.constant('writeHead'),
      code: status,
      phrase: fc.option(reason, { freq: 2 }),
      headers: fc.option(headers, { freq: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ call: 'flushHeaders' }) },
  { weight: 3, arbitrary: fc.record({ call: fc.constant('write'), chunk: text, encoding, callback: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { call: 'writeContinue' },
      { call: 'writeEarlyHints' },
      { call: 'addTrailers' },
      { call: 'cork' },
      { call: 'uncork' },
    ),
  },
  { weight: 2, arbitrary: fc.nat(3).map((turns) => ({ call: 'turns', turns })) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('write', 'regenerate', 'destroy', 'save', 'touch', 'drop')
      .map((deed) => ({ call: 'session', deed })),
  },
)
const ending = fc.record({ call: fc.constant('end'), chunk: text, encoding, callback: fc.boolean() })

/** Behind the end Node itself lets the first two write into the connection, and waits for an uncork() for ever. */
const tooLate = new Set(['writeContinue', 'writeEarlyHints', 'cork'])
const late = writing.filter(({ call }) => !tooLate.has(call))

/** Calls, an end, and more calls behind it. */
export const program = fc.record({
  before: fc.array(writing, { maxLength: 6 }),
  end: ending,
  after: fc.array(fc.oneof({ weight: 2, arbitrary: late }, { weight: 1, arbitrary: ending }), { maxLength: 3 }),
})

function real(described) {
  // Node adds to lists that it is given.
  if (Array.isArray(described)) return [...described]
  if (typeof described !== 'object' || described === null) return described
  if ('$undefined' in described) return undefined
  if ('$null' in described) return null
  if ('$NaN' in described) return Number.NaN
  if ('$buffer' in described) return Buffer.from(described.$buffer)
  if ('$bytes' in described) return new Uint8Array(described.$bytes)
  return '$array' in described ? ['body'] : { body: 1 }
}

function headersOf(described) {
  const { object, flat, pairs, odd, nothing } = described
  const made = (list) => list.map(([key, given]) => [key, real(given)])
  if (object) return Object.fromEntries(made(object))
  if (flat) return made(flat).flat(1)
  if (pairs) return made(pairs)
  if (odd) return made(odd).flat(1).slice(0, -1)
  return { undefined, null: null, text: 'text' }[nothing]
}

/** Performs a program on a response. `thrown` gets what each call up to the end threw. */
export async function perform({ before, end, after }, req, res, thrown) {
  for (const step of before) thrown.push(await attempt(step, req, res))
  const refused = await attempt(end, req, res)
  thrown.push(refused)
  if (refused !== undefined && !res.destroyed) {
    // What Node refused once it may refuse again, until what it refuses is taken back. An app's error page does no less.
    if (!res.headersSent) {
      Object.assign(res, { statusCode: 500, statusMessage: '' })
      for (const each of res.getHeaderNames()) res.removeHeader(each)
    }
    const again = await attempt({ call: 'end' }, req, res)
    thrown.push(again)
    // Over HTTP/2 an end() that Node refused is the last that it takes.
    const { stream } = res
    if (stream !== undefined) stream.destroy()
    else if (again !== undefined) res.destroy()
  }
  for (const step of after) await attempt(step, req, res)
}

async function attempt(step, req, res) {
  try {
    await take(step, req, res)
    return undefined
  } catch (error) {
    return error.code ?? error.name
  }
}

async function take(step, req, res) {
  const { call, code, phrase, key, given, chunk, encoding: how, callback } = step
  switch (call) {
    case 'statusCode':
      res.statusCode = real(code)
      return
    case 'statusMessage':
      res.statusMessage = phrase
      return
    case 'setHeader':
    case 'appendHeader':
      res[call](key, real(given))
      return
    case 'removeHeader':
      res.removeHeader(key)
      return
    case 'setHeaders':
      res.setHeaders?.(new Map([[key, real(given)]]))
      return
    case 'writeHead': {
      const rest = step.headers === null ? [] : [headersOf(step.headers)]
      res.writeHead(...(phrase === null ? [real(code), ...rest] : [real(code), phrase, ...rest]))
      return
    }
    case 'write':
    case 'end': {
      const args = [real(chunk), how, callback ? () => {} : undefined]
      while (args.length > 0 && args.at(-1) === undefined) args.pop()
      res[call](...args)
      return
    }
    case 'writeEarlyHints':
      res.writeEarlyHints?.({ link: '</style.css>; rel=preload' })
      return
    case 'addTrailers':
      res.addTrailers({ 'x-trailer': 'a' })
      return
    case 'turns':
      for (let turn = 0; turn < step.turns; turn += 1) await new Promise(setImmediate)
      return
    case 'session':
      await act(step.deed, req)
      return
    default:
      res[call]?.()
  }
}

/** The same for a request without a session layer, where there is nothing to do. */
async function act(deed, req) {
  const { session } = req
  if (session === undefined || session === null) return
  const quietly = (promise) => promise.catch(() => {})
  if (deed === 'write') session.views = Number(session.views ?? 0) + 1
  if (deed === 'regenerate') await quietly(session.regenerate())
  if (deed === 'destroy') await quietly(session.destroy())
  if (deed === 'save') await quietly(session.save())
  if (deed === 'touch') session.touch()
  if (deed === 'drop') delete req.session
}
