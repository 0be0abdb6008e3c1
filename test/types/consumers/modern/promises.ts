import express from 'express'
import session, { type MemoryStore, type Session, type SessionData } from 'express-session'

declare module 'express-session' {
  interface SessionData {
    userId: string
  }
}

const app = express()
app.use(session({ secret: 'x' }))

app.post('/sign-in', async (req, res) => {
  const saved: Promise<void> = req.session.save()
  await saved
  await req.session.regenerate()
  await req.session.reload()
  await req.session.destroy()
  await Promise.all([req.session.save(), req.sessionStore.regenerate(req)])
  const nothing: void = await req.session.save()
  // @ts-expect-error a promise, and not the session
  req.session.save().cookie
  // @ts-expect-error a promise, and not the session
  req.session.regenerate().id
  // With a callback they chain.
  const same: Session = req.session.save(() => {}).touch()
  res.json({ nothing, same })
})

export async function callbacksAndPromises(store: MemoryStore, data: SessionData): Promise<number> {
  await store.set('id', data)
  await store.touch('id', data)
  const found = await store.get('id')
  const userId: string | undefined = found?.userId
  // @ts-expect-error may be missing
  found.cookie
  // @ts-expect-error nobody declared it
  found?.undeclared
  const loaded = await store.load('id')
  await loaded?.save()
  // @ts-expect-error may be missing
  await loaded.destroy()
  const all = await store.all()
  const first: SessionData | undefined = all['id']
  await store.destroy('id')
  await store.clear()
  const length: number = await store.length()
  store.length((err, count) => err ?? count?.toFixed())
  return userId === first?.userId ? length : 0
}

export const cookie = new session.Cookie({ maxAge: 1000, sameSite: 'lax', partitioned: true })
export const line: string = cookie.serialize('name', 'value')
export const json: string | undefined = cookie.toJSON().path
export function lineOf({ cookie: current }: Session): string | undefined {
  return current instanceof session.Cookie ? current.serialize('name', 'value') : undefined
}
session({ secret: 'x', cookie: { sameSite: 'auto', secure: 'auto' } })
