/**
 * The errors that a client announces by an event, beside those that its commands reject with.
 */

export interface Emitter {
  on(event: 'error', listener: (error: unknown) => void): unknown
  removeListener(event: 'error', listener: (error: unknown) => void): unknown
}

/**
 * An `error` that nobody listens for ends the process, so the store listens for as long as it uses the client. Nothing is
 * hidden by that: each command that fails rejects, and the app's own listeners hear what they heard before.
 */
export function listenForErrors(client: Emitter): () => void {
  client.on('error', heard)
  return () => void client.removeListener('error', heard)
}

function heard(): void {}
