/**
 * examples/chat, as it stands there: a sign-out silences every socket of the session, also in another process.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'

import { temporaryFolder } from '../stores/support.js'

const example = join(import.meta.dirname, '../../examples/chat/app.mjs')

/** A process of its own. */
async function startChat(store: string): Promise<string> {
  const child = fork(example, {
    env: { ...process.env, PORT: '0', STORE: store },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return ((await once(child, 'message')) as [string])[0]
}

async function post(url: string, fields: Record<string, string> = {}, cookie?: string): Promise<Response> {
  const headers: Record<string, string> = { origin: new URL(url).origin, ...(cookie === undefined ? {} : { cookie }) }
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields), redirect: 'manual' })
}

async function signIn(url: string, name: string): Promise<string> {
  const response = await post(`${url}/in`, { name })
  return response.headers.getSetCookie()[0]!.split(';', 1)[0]!
}

function open(url: string, cookie: string, origin: string = url): WebSocket {
  const socket = new WebSocket(url.replace('http', 'ws'), { headers: { cookie, origin } })
  onTestFinished(() => socket.terminate())
  return socket
}

async function heard(socket: WebSocket): Promise<unknown> {
  return JSON.parse(String(((await once(socket, 'message')) as [Buffer])[0]))
}

it('people talk, and whoever signs out everywhere is silenced everywhere, in another process, too', async () => {
  const store = join(temporaryFolder(), 'sessions.db')
  const [one, other] = [await startChat(store), await startChat(store)]
  const ann = await signIn(one, 'ann')
  const ben = await signIn(one, 'ben')
  const [annHere, annThere, benHere] = [open(one, ann), open(other, ann), open(one, ben)]
  const welcome = (name: string): object => ({ from: 'the chat', text: `welcome, ${name}` })
  const welcomes = await Promise.all([annHere, annThere, benHere].map(heard))
  expect(welcomes).toEqual([welcome('ann'), welcome('ann'), welcome('ben')])
  benHere.send('hello <b>ann</b>')
  expect(await heard(annHere)).toEqual({ from: 'ben', text: 'hello <b>ann</b>' })

  const silenced = Promise.all([once(annHere, 'close'), once(annThere, 'close')])
  await post(`${one}/out-everywhere`, {}, ann)
  expect((await silenced).map(([code]) => code as number)).toEqual([4001, 4001])
  expect(benHere.readyState).toBe(WebSocket.OPEN)
})

it('nobody comes in without a session, or from a page of another origin', async () => {
  const url = await startChat(join(temporaryFolder(), 'sessions.db'))
  const cookie = await signIn(url, 'ann')
  const refused = [open(url, ''), open(url, cookie, 'https://evil.example')].map((socket) => once(socket, 'error'))
  for (const [error] of (await Promise.all(refused)) as [Error][]) expect(error.message).toContain('401')
})
