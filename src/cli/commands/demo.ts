/**
 * `coatcheck demo`: the smallest app with sessions, for somebody who has not installed anything yet.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { coatcheck, type Sessions } from '../../index.js'
import type { Output } from '../output.js'

interface Visited extends IncomingMessage {
  session: { views?: number; name?: string }
}

export async function runDemo(port: number, out: Output): Promise<void> {
  const sessions = coatcheck({ secret: randomBytes(32).toString('base64url') })
  const server = createServer((req, res) => {
    sessions(req, res, (error?: unknown) => {
      if (error !== undefined) res.writeHead(500).end('Something went wrong.')
      else void serve(sessions, req as unknown as Visited, res)
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  out.print(`http://localhost:${(server.address() as AddressInfo).port}   (Ctrl+C ends it)`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  server.close()
  server.closeAllConnections()
  await sessions.close()
}

async function serve(sessions: Sessions, req: Visited, res: ServerResponse): Promise<void> {
  if (req.method === 'POST') {
    // A form of another site is not the visitor's doing.
    const isOwn = req.headers['sec-fetch-site'] === undefined || req.headers['sec-fetch-site'] === 'same-origin'
    if (isOwn && req.url === '/in') await sessions.signIn(req, 'ann', { method: 'demo' })
    if (isOwn && req.url === '/out') await sessions.signOut(req)
    res.writeHead(303, { location: '/' }).end()
    return
  }
  if (req.url !== '/') {
    res.writeHead(404).end()
    return
  }
  req.session.views = (req.session.views ?? 0) + 1
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
  res.end(page(sessions, req))
}

function page(sessions: Sessions, req: Visited): string {
  const info = sessions.info(req)!
  const facts = JSON.stringify({ ...req.session, cookie: undefined, ...info }, undefined, 2)
  const [action, label] = info.userId === undefined ? ['/in', 'Sign in as Ann'] : ['/out', 'Sign out']
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>coatcheck</title>
<style>:root{color-scheme:light dark;font:16px/1.5 system-ui;}body{max-width:42rem;margin:4rem auto;padding:0 1rem}
pre{padding:1rem;border:1px solid;border-radius:.5rem;overflow:auto}button{font:inherit;padding:.5rem 1rem}</style>
<h1>You have been here ${req.session.views} ${req.session.views === 1 ? 'time' : 'times'}.</h1>
<p>Reload the page, sign in, look at the cookie in your browser’s tools. This is what the server knows:</p>
<pre>${facts.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>
<form method="post" action="${action}"><button>${label}</button></form></html>`
}
