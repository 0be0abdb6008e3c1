/**
 * docs/differences.md, written from the table and from what the comparison met.
 */
import type { Comparison } from './comparison.js'
import type { Difference } from './differences.js'

export function differencesPage(differences: readonly Difference[], comparison: Comparison, version: string): string {
  const sections = differences.map((difference) =>
    [
      `## ${difference.name}`,
      '',
      `- express-session: ${difference.theirs}.`,
      `- coatcheck: ${difference.ours}.`,
      `- Why: ${difference.why}.`,
      `- Applies to ${number(comparison.met.get(difference.name)?.times ?? 0)} of the exchanges compared.`,
    ].join('\n'),
  )
  return `# Where coatcheck differs from express-session

<!-- Written by test/differential: npx vitest run test/differential -u -->

\`session(options)\` is compared with the published express-session ${version} in ${number(comparison.cells)} situations: settings, kinds of store and
visitors, each with the things that handlers do to a session. A situation is one request and then a second one by the same visitor, and of
both everything is compared that can be seen from outside: the calls of the store in order, with the text of the session; Set-Cookie,
status, headers and body; how much of the response had arrived when the store answered; the errors that reach \`next\`; what the handler saw;
and what is left in the store.

Of ${number(comparison.exchanges)} exchanges ${number(comparison.identical)} are the same to the letter, and ${number(comparison.alike)} in all but when and in what pieces the response is sent. The
others differ in the ways below and in no other: the test fails on a difference that is not listed here, on one that does not look
exactly as listed, and on a listed one that does not occur. The cells are chosen to meet the differences, so their share says nothing about
what an app would meet.

${sections.join('\n\n')}
`
}

function number(value: number): string {
  return value.toLocaleString('en-US')
}
