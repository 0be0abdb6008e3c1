/**
 * Where responses differ: when they are sent, how their length is told, and what `end` does.
 */
import type { Difference } from './differences.js'
import { answerOf, asIf } from './rewrites.js'

const likeNode = new Set([
  'end: callback only',
  'end: data, encoding and callback',
  'end: write after end',
  'end: what it gives',
])

export const responseDifferences: readonly Difference[] = [
  {
    name: '`end` behaves as Node documents it',
    theirs:
      'when the store does not answer at once: loses the callback of `end(data, encoding, callback)`, throws at `end(callback)`, returns a boolean, and sends what is written after the end',
    ours: 'calls every callback, returns the response, and refuses what is written after the end',
    why: 'code that is right without sessions is right with them',
    like: (cell, stage) => (stage === 'first' && likeNode.has(cell.action) ? { ...cell, timing: 'sync' } : undefined),
    rewrite(theirs, cell, stage) {
      if (stage !== 'first') return undefined
      if (cell.action === 'end: data, encoding and callback') return { ...theirs, saw: ['ended'] }
      if (cell.action === 'end: write after end' && cell.timing === 'async') return { ...theirs, errors: [] }
      return undefined
    },
  },
  {
    name: 'A second `end` returns the response',
    theirs: 'returns false',
    ours: 'returns the response, as Node does, and does nothing else',
    why: 'calls can be chained',
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && cell.action.endsWith('› end twice')
        ? { ...theirs, saw: theirs.saw.map((line) => line.replace('gave false: true', 'gave false: false')) }
        : undefined,
  },
  {
    name: 'A body that cannot be sent is an error where it is given',
    theirs: 'takes it for the end, fails in the middle, and the response never ends',
    ours: 'throws what Node throws, out of `end`; the error page can still be sent',
    why: 'nothing hangs, and the error shows the line that is wrong',
    like: (cell, stage) =>
      stage === 'first' && cell.action === 'end: an object' ? asIf(cell, 'throw after modify') : undefined,
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && cell.action === 'end: an object'
        ? {
            ...theirs,
            errors: [
              'The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received an instance of Object',
            ],
          }
        : undefined,
  },
  {
    name: 'The response is held until the store has answered',
    onlySending: true,
    theirs:
      'sends headers and all or most of the body, then asks the store, and ends the response when the store has answered',
    ours: 'asks the store first and then sends the response whole; of a streamed response the last piece waits',
    why: 'a browser follows a redirect, and a script reads a body, as soon as it is there: the next request must find what this one stored',
    rewrite(theirs, cell, stage) {
      const { streams } = answerOf(cell, stage, theirs)
      const arrived = theirs.arrived.map((state) =>
        state === 'head' || state === 'part' ? (streams ?? 'nothing') : state,
      )
      return { ...theirs, arrived }
    },
  },
  {
    name: 'The response waits for a `save()` or `destroy()` that nobody waits for',
    theirs: 'sends the response, though the store has not answered yet',
    ours: 'holds it until the store has answered',
    why: "`req.session.destroy(); res.redirect('/')` must not show the next page as if the visitor were still signed in",
    rewrite: (theirs, cell, stage) =>
      stage === 'first' && cell.action.endsWith('without callback')
        ? { ...theirs, arrived: theirs.arrived.map((state) => (state === 'all' ? 'nothing' : state)) }
        : undefined,
  },
  {
    name: 'A held response tells its length',
    onlySending: true,
    theirs:
      'sends the body in chunks when the store does not answer at once, where Node alone would send Content-Length',
    ours: 'sends what Node alone would send',
    why: 'proxies, HEAD requests and HTTP/1.0 clients know the length of a response that has a session as they know it of any other',
    rewrite(theirs, cell, stage) {
      const plain = cell.timing === 'async' && !answerOf(cell, stage, theirs).writesHead
      return plain && theirs.framing === 'chunked' ? { ...theirs, framing: `length ${theirs.body.length}` } : undefined
    },
  },
]
