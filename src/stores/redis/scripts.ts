/**
 * The Lua scripts: what must happen in one step and is no single command. They stand by the byte offsets of record-text.ts.
 *
 * A server that does not know a script yet is sent its text once; that is true of each server of a Cluster by itself.
 */

import { createHash } from 'node:crypto'
import type { Engine } from './engine.js'
import { offsets } from './record-text.js'

export interface Script {
  readonly text: string
  readonly sha: string
}

function script(text: string): Script {
  const trimmed = text.trim()
  return { text: trimmed, sha: createHash('sha1').update(trimmed).digest('hex') }
}

/** Runs a script; `keys[0]` leads to the server. */
export async function run(
  engine: Engine,
  { sha, text }: Script,
  keys: readonly string[],
  args: readonly string[],
): Promise<unknown> {
  const rest = [`${keys.length}`, ...keys, ...args]
  try {
    return await engine.send(keys[0]!, ['evalsha', sha, ...rest])
  } catch (error) {
    if (replyCode(error) !== 'NOSCRIPT') throw error
    return engine.send(keys[0]!, ['eval', text, ...rest])
  }
}

/** The code that an error reply begins with, as the protocol has it: `NOSCRIPT`, `CROSSSLOT`, … */
export function replyCode(error: unknown): string {
  return error instanceof Error ? error.message.split(' ', 1)[0]! : ''
}

/**
 * ARGV[at] to ARGV[at + 3]: until, member, now, how long the index must live. Lets go of what is over.
 * What takes room comes first: a server that has none refuses a script at its first write, and later no more.
 */
const addToIndex = (key: string, at: number): string => `
redis.call('ZADD', ${key}, 'GT', ARGV[${at}], ARGV[${at + 1}])
redis.call('ZREMRANGEBYSCORE', ${key}, '-inf', ARGV[${at + 2}])
if redis.call('PTTL', ${key}) < tonumber(ARGV[${at + 3}]) then redis.call('PEXPIRE', ${key}, ARGV[${at + 3}]) end`

/** Lua counts from 1, and both ends are in. */
const part = (head: string, from: number, to: number): string => `string.sub(${head}, ${from + 1}, ${to})`
const { version, expiresAt, indexedUntil, user } = offsets

/** KEYS: index. ARGV: as `addToIndex`. */
export const indexScript = script(`${addToIndex('KEYS[1]', 1)}
return 1`)

/** KEYS: index. ARGV: member and score in turn. Takes out those whose score is still that one. */
export const unindexScript = script(`
for at = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if score and tonumber(score) == tonumber(ARGV[at + 1]) then redis.call('ZREM', KEYS[1], ARGV[at]) end
end
return 1`)

/** KEYS: session. A read that no replica answers. */
export const readScript = script(`return redis.call('GET', KEYS[1])`)

/** KEYS: session, index. ARGV: text, milliseconds, then as `addToIndex`. */
export const createOfUserScript = script(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
${addToIndex('KEYS[2]', 3)}
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

/** KEYS: session. ARGV: start of the text that is expected, text, milliseconds. 1, 0 for none, or what is there instead. */
export const updateScript = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${version.end - 1})
if head == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
if head == '' then return 0 end
return redis.call('GET', KEYS[1])`)

/**
 * KEYS: session and, where one step reaches it, index. ARGV: start of the text that is expected, text, milliseconds, user part,
 * expiresAt, then as `addToIndex`. Answers as the one above, or 2 where the index must have the session first.
 *
 * An entry of the index that reaches far enough is left as it is, and the new text is told how far that is.
 */
export const updateOfUserScript = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${user.start - 1})
if head == '' then return 0 end
if ${part('head', 0, version.end)} ~= ARGV[1] then return redis.call('GET', KEYS[1]) end
local known = ${part('head', indexedUntil.start, indexedUntil.end)}
if tonumber(known, 36) >= tonumber(ARGV[5], 36)
  and redis.call('GETRANGE', KEYS[1], ${user.start}, ${user.start - 1} + #ARGV[4]) == ARGV[4] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  redis.call('SETRANGE', KEYS[1], ${indexedUntil.start}, known)
  return 1
end
if #KEYS == 1 then return 2 end
${addToIndex('KEYS[2]', 6)}
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)

/**
 * KEYS: session. ARGV: milliseconds, expiresAt, and when the index was told just before: user part, until.
 * 1, 0 for none, or the whole text where something else must be done first.
 */
export const touchScript = script(`
local head = redis.call('GETRANGE', KEYS[1], 0, ${user.start})
if head == '' then return 0 end
if ${part('head', 0, 1)} ~= '1' then return redis.call('GET', KEYS[1]) end
if ${part('head', user.start, user.start + 1)} ~= ':' then
  local known = ${part('head', indexedUntil.start, indexedUntil.end)}
  if tonumber(known, 36) < tonumber(ARGV[2], 36) then
    if not ARGV[3] or redis.call('GETRANGE', KEYS[1], ${user.start}, ${user.start - 1} + #ARGV[3]) ~= ARGV[3] then
      return redis.call('GET', KEYS[1])
    end
    redis.call('SETRANGE', KEYS[1], ${indexedUntil.start}, ARGV[4])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
redis.call('SETRANGE', KEYS[1], ${expiresAt.start}, ARGV[2])
return 1`)

/** KEYS: old session, new session. ARGV: text, milliseconds. 0 where there is a new one already; the old one ends either way. */
export const replaceScript = script(`
redis.call('DEL', KEYS[1])
if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return 1 end
return 0`)

/** KEYS: old session, new session, index. ARGV: text, milliseconds, as `addToIndex`, then the old session's member. */
export const replaceOfUserScript = script(`
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[3], ARGV[7])
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
${addToIndex('KEYS[3]', 3)}
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1`)

/** KEYS: session. ARGV: user part. Ends the session if it is that user's, and answers how far the index reached; else 0. */
export const deleteOfUserScript = script(`
if redis.call('GETRANGE', KEYS[1], ${user.start}, ${user.start - 1} + #ARGV[1]) ~= ARGV[1] then return 0 end
local known = redis.call('GETRANGE', KEYS[1], ${indexedUntil.start}, ${indexedUntil.end - 1})
redis.call('DEL', KEYS[1])
return known`)

/** KEYS: session. ARGV: the whole text that is expected, text, milliseconds. */
export const swapScript = script(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1`)
