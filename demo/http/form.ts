/**
 * Reading forms. A field that is missing, or that came twice, is an empty text: there is one case less to think of.
 */
import type { Request } from 'express'

export function fieldOf(req: Request, name: string): string {
  const body: unknown = req.body
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return ''
  const value = (body as Record<string, unknown>)[name]
  return typeof value === 'string' ? value.trim() : ''
}

/** As it was typed: blanks are letters of a password. */
export function passwordOf(req: Request, name: 'password' | 'new-password' = 'password'): string {
  const { [name]: password } = (req.body ?? {}) as { readonly [Name in typeof name]?: unknown }
  return typeof password === 'string' ? password : ''
}

/** A whole number of things, or nothing where it is none. */
export function quantityOf(req: Request): number | undefined {
  const text = fieldOf(req, 'quantity')
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined
}
