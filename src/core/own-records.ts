/**
 * Records that coatcheck keeps for itself in the app's store, beside those of sessions. Their keys begin with a word that no ID begins with,
 * and whoever lists sessions leaves them out.
 */

const prefixes = { tombstone: 'retired:', user: 'coatcheck-user:' } as const

export function ownKey(kind: keyof typeof prefixes, name: string): string {
  return prefixes[kind] + name
}

/** Is this the key of a record of our own, and not of a session? */
export function isOwnKey(key: string): boolean {
  return key.startsWith(prefixes.tombstone) || key.startsWith(prefixes.user)
}
