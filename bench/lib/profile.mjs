/**
 * Where the time of a profile went: self time by function, the heaviest first.
 */

/** `{ where, share, micros }` for each function; `micros` is per request. */
export function selfTimes(profile, requests) {
  const times = new Map()
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]))
  let whole = 0
  for (const [index, id] of profile.samples.entries()) {
    const time = profile.timeDeltas[index]
    const where = place(nodes.get(id).callFrame)
    if (where === '(idle)') continue
    whole += time
    times.set(where, (times.get(where) ?? 0) + time)
  }
  return [...times]
    .map(([where, time]) => ({ where, share: time / whole, micros: time / requests }))
    .sort((a, b) => b.micros - a.micros)
}

function place({ functionName, url, lineNumber }) {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '') return name
  return `${name} ${url.replace(/^.*\/(?=(?:node_modules|dist|bench)\/)/, '')}:${lineNumber + 1}`
}

export function profileTable(title, profile, requests, count = 25) {
  const lines = selfTimes(profile, requests)
    .slice(0, count)
    .map(
      ({ where, share, micros }) =>
        `${micros.toFixed(2).padStart(8)} µs ${(share * 100).toFixed(1).padStart(5)} %  ${where}`,
    )
  return [`${title}: self time for each request`, ...lines].join('\n')
}
