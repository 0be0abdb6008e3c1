/**
 * Valkey, where the system has it beside Redis.
 */
import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'

export interface Valkey {
  readonly url: string
  stop(): Promise<void>
}

/** The command, or `undefined` where there is none. */
export function findValkey(): string | undefined {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
    .map((folder) => join(folder, 'valkey-server'))
    .find((file) => existsSync(file))
}

export async function startValkey(command: string): Promise<Valkey> {
  const module = new URL('../../scripts/lib/engine-process.mjs', import.meta.url).href
  const { startEngine } = (await import(module)) as {
    startEngine(spec: object): Promise<{ readonly port: number; stop(): Promise<void> }>
  }
  const { port, stop } = await startEngine({
    name: 'valkey',
    command: (folder: string, at: number) => [
      command,
      '--port',
      `${at}`,
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    probe: async (at: number) => {
      const socket = createConnection(at, '127.0.0.1')
      try {
        socket.write('PING\r\n')
        const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(1_000) })) as [Buffer]
        if (!answer.includes('+PONG')) throw new Error(`valkey answered ${answer.toString('latin1')}`)
      } finally {
        socket.destroy()
      }
    },
    stopSignal: 'SIGKILL',
  })
  return { url: `redis://127.0.0.1:${port}`, stop }
}
