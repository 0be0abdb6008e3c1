/**
 * Browsers' names for people. The one place in this room that knows a package (docs/decisions): reading what browsers call themselves is a trade
 * of its own.
 */
import bowser from 'bowser'
import type { AgentName } from '../core/summaries.js'

const kinds: Readonly<Record<string, AgentName['kind']>> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' }
// The package is CommonJS, whose names not every loader finds.
const { parse: readAgent } = bowser

const unversioned: ReadonlySet<string | undefined> = new Set(['Windows', 'macOS', 'Linux', 'Chrome OS'])
const nothing: AgentName = { browser: undefined, system: undefined, kind: undefined }

const remembered = 500
const names = new Map<string, AgentName>()

/** `Firefox 128` on `Windows`, a `desktop`. What is not known stays `undefined`; nothing is guessed. */
export function nameAgent(userAgent: string): AgentName {
  let name = names.get(userAgent)
  if (name === undefined) {
    name = read(userAgent)
    // A list shows the same few browsers again and again.
    if (names.size === remembered) names.clear()
    names.set(userAgent, name)
  }
  return name
}

function read(userAgent: string): AgentName {
  if (userAgent === '') return nothing
  const { browser, os, platform } = readAgent(userAgent)
  // What every browser begins with says nothing of this one.
  if (browser.name === 'Mozilla') return nothing
  return {
    browser: joined(browser.name, browser.version?.split('.', 1)[0]),
    system: tellsVersion(os.name, userAgent)
      ? joined(os.name, os.version?.split('.', 1)[0] ?? os.versionName)
      : os.name,
    kind: platform.type === undefined ? undefined : (kinds[platform.type] ?? 'other'),
  }
}

/** Windows and macOS have stopped telling their version, and Chrome that of Android; they say one from long ago. */
function tellsVersion(system: string | undefined, userAgent: string): boolean {
  return !unversioned.has(system) && !userAgent.includes('Android 10; K)')
}

function joined(name: string | undefined, version: string | undefined): string | undefined {
  return name === undefined || name === '' || version === undefined ? name || undefined : `${name} ${version}`
}
