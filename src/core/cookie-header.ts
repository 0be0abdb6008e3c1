/**
 * Reading our cookie from a request's Cookie header: every value of that exact name, in one linear pass.
 */

/** More cookies of one name than this are a mistake or an attack; what lies beyond is not looked at. */
const duplicateLimit = 4

const tab = 9
const space = 32
const quote = 34
const equals = 61

const none: readonly string[] = []

/**
 * The values of all cookies called `name`, decoded, in order, four at most. Names are compared byte for byte after spaces and tabs
 * around them: no case folding, no decoding, no Unicode spaces, so that nothing can pass itself off as `__Host-…`.
 */
export function cookieValues(header: string, name: string): readonly string[] {
  if (!header.includes(name)) return none
  let values: string[] | undefined
  for (let start = 0; start < header.length;) {
    let end = header.indexOf(';', start)
    if (end === -1) end = header.length
    const value = valueIfNamed(header, start, end, name)
    if (value !== undefined) {
      values ??= []
      values.push(value)
      if (values.length === duplicateLimit) break
    }
    start = end + 1
  }
  return values ?? none
}

function valueIfNamed(header: string, start: number, end: number, name: string): string | undefined {
  let position = skipBlanks(header, start, end)
  if (!header.startsWith(name, position)) return undefined
  position = skipBlanks(header, position + name.length, end)
  if (position >= end || header.charCodeAt(position) !== equals) return undefined
  let from = skipBlanks(header, position + 1, end)
  let to = end
  while (to > from && isBlank(header.charCodeAt(to - 1))) to -= 1
  if (to - from >= 2 && header.charCodeAt(from) === quote && header.charCodeAt(to - 1) === quote) {
    from += 1
    to -= 1
  }
  return decode(header.slice(from, to))
}

function skipBlanks(text: string, from: number, end: number): number {
  let position = from
  while (position < end && isBlank(text.charCodeAt(position))) position += 1
  return position
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}

function decode(value: string): string {
  if (!value.includes('%')) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
