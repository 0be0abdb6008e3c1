/**
 * Browsers' names for people. The one place in this room that knows a package (docs/decisions): reading what browsers call themselves is a trade
 * of its own.
 */
import bowser from 'bowser'
import type { AgentName } from '../core/summaries.js'

const kinds: Readonly<Record<string, AgentName['kind']>> = { desktop: 'desktop', mobile: 'phone', tablet: 'tablet' }
// The package is CommonJS, whose names not every loader finds.
const { parse: readAgent } = bowser

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
  if (userAgent === '') return { browser: undefined, system: undefined, kind: undefined }
  const { browser, os, platform } = readAgent(userAgent)
  return {
    browser: joined(browser.name, browser.version?.split('.', 1)[0]),
    system: systemName(os.name, os.versionName, os.version),
    kind: platform.type === undefined ? undefined : (kinds[platform.type] ?? 'other'),
  }
}

/** Windows and macOS have stopped telling their version, and say one from long ago. */
function systemName(
  name: string | undefined,
  versionName: string | undefined,
  version: string | undefined,
): string | undefined {
  if (name === 'Windows' || name === 'macOS') return name
  if (name === 'Linux') return name
  return joined(name, version?.split('.', 1)[0] ?? versionName)
}

function joined(name: string | undefined, version: string | undefined): string | undefined {
  return name === undefined || name === '' || version === undefined ? name || undefined : `${name} ${version}`
}
