/**
 * What would have ended the process: errors that nobody caught. They are findings of the case that ran.
 */
const seen = []

/** From here on. Until then an error ends the process, as it should. */
export function hearCrashes() {
  process.on('uncaughtException', (error) => seen.push(error))
  process.on('unhandledRejection', (error) => seen.push(error))
  // Stores that fail are warned of, here by the thousand.
  process.removeAllListeners('warning')
}

/** The crash since the last call, if there was one. */
export function crash() {
  const [first] = seen.splice(0)
  return first
}
