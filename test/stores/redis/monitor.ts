/**
 * Listens to what clients ask of a Redis server.
 */
import { createClient } from 'redis'

export interface Monitor {
  /** The commands that arrived while `work` ran, in their order, in lower case. Scripts count as one. */
  during(work: () => unknown): Promise<string[]>
  /** Empties the servers; they go on knowing their scripts. */
  forget(): Promise<unknown>
  stop(): void
}

export async function startMonitor(urls: readonly string[]): Promise<Monitor> {
  let heard: string[] = []
  const awaited = new Map<string, () => void>()
  const clients = await Promise.all(
    urls.map(async (url) => {
      const [listener, speaker] = await Promise.all([createClient({ url }).connect(), createClient({ url }).connect()])
      await listener.monitor((line) => {
        const [, origin, command, argument] = /\[\d+ (\S+)\] "(\w+)"(?: "([^"]*)")?/.exec(String(line)) ?? []
        const isAwaited = command === 'ECHO' && awaited.has(argument!)
        if (isAwaited) awaited.get(argument!)!()
        else if (origin !== 'lua' && command !== undefined) heard.push(command.toLowerCase())
      })
      return { listener, speaker }
    }),
  )
  let marks = 0
  /** All that was asked before has been heard. */
  const caughtUp = (): Promise<unknown> =>
    Promise.all(
      clients.map(({ speaker }) => {
        marks += 1
        const mark = `mark-${marks}`
        return new Promise<void>((resolve, reject) => {
          awaited.set(mark, resolve)
          speaker.sendCommand(['ECHO', mark]).catch(reject)
        })
      }),
    )
  return {
    async during(work) {
      await caughtUp()
      heard = []
      await work()
      await caughtUp()
      return heard
    },
    forget: () => Promise.all(clients.map(({ speaker }) => speaker.flushAll())),
    stop() {
      for (const { listener, speaker } of clients) {
        listener.destroy()
        speaker.destroy()
      }
    },
  }
}
