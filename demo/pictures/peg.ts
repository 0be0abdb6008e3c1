/**
 * One visitor's peg at the server: with something on it, or bare.
 */
import { html, type Markup } from '../views/html.js'
import { hanger, onPeg } from './pen.js'

const plainCoat = html`${hanger}
  <path d="M64 73c-11 4-16 12-18 22L31 152l22 7 15-48z" fill="#14503f" />
  <path d="M136 73c11 4 16 12 18 22l15 57-22 7-15-48z" fill="#14503f" />
  <path d="M80 65c-12 2-19 5-21 9l9 36-8 92q40 7 80 0l-8-92 9-36c-2-4-9-7-21-9q-20 11-40 0z" fill="#1f7a60" />
  <path d="M100 76v130M80 65l20 40 20-40" fill="none" />
  <path d="M68 150l20 6m44-6l-20 6" fill="none" />
  <circle cx="92" cy="122" r="2.5" fill="#f0cf86" /><circle cx="92" cy="142" r="2.5" fill="#f0cf86" />`

export function coatOnPeg(taken: boolean): Markup {
  return onPeg(taken && plainCoat)
}
