/**
 * The documentation as the tests read it: pages, their snippets, their headings and their links.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A fenced block. */
export interface Snippet {
  readonly language: string
  readonly code: string
  /** Where the block begins in its page. */
  readonly line: number
}

/** Indented in a list, perhaps. */
const fence = /^( *)```([^\n]*)\n(.*?)^ *```$/gms

/** Every page under these paths, from the root of the repository. */
export function pagesUnder(...paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (path.endsWith('.md')) return [path]
    return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
      .map((file) => join(path, file).replaceAll('\\', '/'))
      .filter((file) => file.endsWith('.md') && !file.includes('node_modules/'))
      .sort()
  })
}

export function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}

export function snippetsOf(text: string): Snippet[] {
  return [...text.matchAll(fence)].map(({ 1: indent, 2: language, 3: code, index }) => ({
    language: language!.trim(),
    code: code!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, index).split('\n').length,
  }))
}

/** The anchors that GitHub gives to a page's headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading] of text.replaceAll(fence, '').matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const slug = heading!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`
    anchors.add(anchor)
  }
  return anchors
}

/** Where the page's links lead, those in code left out. */
export function linksOf(text: string): string[] {
  const prose = text.replaceAll(fence, '').replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)/g)].map(([, target]) => target!)
}
