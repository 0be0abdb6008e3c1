/**
 * Settling two changes of one session that were made at the same time: a three-way merge of JSON values, by path.
 */

type Json = unknown

/** A merged value, and how it came about: JSON Pointers (RFC 6901), `/` for all of it. */
export interface Merge {
  readonly value: Json
  /** What both sides had changed to different values. */
  readonly conflicts: readonly string[]
  /** What the later writer alone had changed. A list that both appended to is on both sides. */
  readonly mine: readonly string[]
  /** What the other side alone had changed. */
  readonly theirs: readonly string[]
}

interface Report {
  readonly conflicts: string[]
  readonly mine: string[]
  readonly theirs: string[]
}

// An absent member is a value of its own here: deleting is a change like any other.
const absent = Symbol('absent')

/**
 * What `base` becomes when `mine` and `theirs` were both made of it. Objects are merged member by member and a deletion stays a deletion; arrays
 * that both sides only appended to keep both appends, theirs first; a path that both sides changed differently goes to `mine`, the later
 * writer, and is named.
 */
export function mergeData(base: Json, mine: Json, theirs: Json): Merge {
  const report: Report = { conflicts: [], mine: [], theirs: [] }
  const value = merge(base, mine, theirs, '', report)
  return { value: value === absent ? {} : value, ...report }
}

function merge(base: Json, mine: Json, theirs: Json, path: string, report: Report): Json {
  const named = path === '' ? '/' : path
  if (isSameJson(mine, theirs)) return mine
  if (isSameJson(mine, base)) {
    report.theirs.push(named)
    return theirs
  }
  if (isSameJson(theirs, base)) {
    report.mine.push(named)
    return mine
  }
  if (isObject(mine) && isObject(theirs)) {
    // Both sides may have made the object themselves: then each member is new on its side.
    return mergeMembers(isObject(base) ? base : {}, mine, theirs, path, report)
  }
  if (Array.isArray(mine) && Array.isArray(theirs)) {
    const start: readonly Json[] = Array.isArray(base) ? base : []
    if (isPrefix(start, mine) && isPrefix(start, theirs)) {
      report.mine.push(named)
      report.theirs.push(named)
      return [...theirs, ...mine.slice(start.length)]
    }
  }
  report.conflicts.push(named)
  return mine
}

type JsonObject = Readonly<Record<string, Json>>

function mergeMembers(
  base: JsonObject,
  mine: JsonObject,
  theirs: JsonObject,
  path: string,
  report: Report,
): JsonObject {
  const members: [string, Json][] = []
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    // JSON Pointer (RFC 6901), so that a path can be read back whatever the keys are.
    const memberPath = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    const value = merge(member(base, key), member(mine, key), member(theirs, key), memberPath, report)
    if (value !== absent) members.push([key, value])
  }
  // Defines own members, `__proto__` included, where an assignment would reach for the prototype.
  return Object.fromEntries(members)
}

function member(object: JsonObject, key: string): Json {
  return Object.hasOwn(object, key) ? object[key] : absent
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPrefix(start: readonly Json[], list: readonly Json[]): boolean {
  return list.length >= start.length && start.every((item, index) => isSameJson(item, list[index]))
}

/** Are these JSON values the same, whatever the order of their members? */
export function isSameJson(one: Json, other: Json): boolean {
  if (one === other) return true
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && isPrefix(one, other)
  }
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
  )
}
