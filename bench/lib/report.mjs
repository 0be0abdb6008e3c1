/**
 * The measured row as a table for people, with the verdict on what coatcheck promises.
 */
import { added, spread, summarize } from './statistics.mjs'

/** What coatcheck adds, as a share of what express-session adds: never more than the limit, and the target is what the project is after. */
export const limit = 1 / 2
export const target = 1 / 4

/** The figures of one row. `measured` holds a `{ subject, samples, load }` for each subject. */
export function rowFigures(row, measured) {
  const base = measured.find(({ subject }) => subject.base)
  const rival = measured.find(({ subject }) => subject.rival)
  const rivalAdds = rival && added(rival.samples, base.samples)
  return {
    row: row.name,
    title: row.title,
    bare: summarize(base.samples),
    spread: spread(base.samples),
    subjects: measured
      .filter(({ subject }) => !subject.base)
      .map(({ subject, samples }) => {
        const adds = added(samples, base.samples)
        return {
          subject: subject.name,
          title: subject.title,
          ours: subject.ours === true,
          total: summarize(samples),
          added: adds,
          ratio: rivalAdds && { min: adds.min / rivalAdds.min, median: adds.median / rivalAdds.median },
          samples,
        }
      }),
    slowLoad: measured.some(({ samples, load }) => load > 0.8 * Math.min(...samples)),
  }
}

export function rowTable(figures) {
  const { title, bare, subjects } = figures
  const width = Math.max(...subjects.map((subject) => subject.title.length))
  const lines = [
    `${title}`,
    `${'µs of CPU for each request'.padEnd(width)}      added          of express-session`,
    `${' '.repeat(width)}       min  median       min  median`,
  ]
  for (const { title: name, added: adds, ratio } of subjects) {
    const shares = ratio === undefined ? '' : `${percent(ratio.min)}${percent(ratio.median, 8)}`
    lines.push(`${name.padEnd(width)}  ${micros(adds.min)}${micros(adds.median)}  ${shares}`)
  }
  lines.push(`${'(bare Express 5 itself'.padEnd(width)}  ${micros(bare.min)}${micros(bare.median)})`)
  for (const subject of subjects) {
    if (subject.ours && subject.ratio !== undefined) lines.push(verdict(subject))
  }
  if (figures.slowLoad) lines.push('The load took nearly as long as the server: these figures are not to be trusted.')
  return lines.join('\n')
}

/** Judged by the rounds' middle, which a single lucky round does not move. */
function verdict({ title, ratio }) {
  const share = ratio.median
  if (share < 0) return `=> ${title}: less than the bare app takes by itself (see README.md for why): target met`
  const word = share <= target ? 'target met' : share <= limit ? 'within the limit, target missed' : 'OVER THE LIMIT'
  return `=> ${title}: ${percent(share).trim()} of what express-session adds (limit ${limit * 100} %, target ${target * 100} %): ${word}`
}

function micros(value) {
  return value.toFixed(1).padStart(8)
}

function percent(share, width = 8) {
  return `${(share * 100).toFixed(0)} %`.padStart(width)
}
