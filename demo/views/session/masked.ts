/**
 * Secrets, as a page may show them: enough to see that one has changed, and far too little to use it.
 */
const shown = 4

export function masked(secret: string, dots: number = 12): string {
  return secret.slice(0, shown) + '•'.repeat(dots)
}
