/**
 * The measured row where sessions are kept in an engine: besides the server's CPU time, how fast visitors are served and what the engine
 * has to do.
 */
import { added, median, summarize } from './statistics.mjs'

/** What coatcheck adds, as a share of what express-session adds over the store that people use with it. */
const limit = 1 / 2

/** `measured` holds `{ subject, samples, rates, p99s, roundTrips, engineTime }` for each subject. */
export function engineRowFigures(row, measured) {
  const base = measured.find(({ subject }) => subject.base)
  const rival = measured.find(({ subject }) => subject.rival)
  const figures = measured.map((entry) => ({
    subject: entry.subject.name,
    title: entry.subject.title,
    ours: entry.subject.ours === true,
    rival: entry === rival,
    total: summarize(entry.samples),
    added: added(entry.samples, base.samples),
    share: rival && added(entry.samples, base.samples).median / added(rival.samples, base.samples).median,
    rate: median(entry.rates),
    p99: median(entry.p99s),
    roundTrips: entry.roundTrips,
    engineTime: entry.engineTime,
  }))
  const [bare, ...subjects] = figures
  return {
    row: row.name,
    title: row.title,
    bare,
    subjects,
    slowLoad: measured.some(({ samples, load }) => load > 0.8 * Math.min(...samples)),
  }
}

export function engineRowTable({ title, bare, subjects, slowLoad }) {
  const width = Math.max(...subjects.map((subject) => subject.title.length))
  const rival = subjects.find((subject) => subject.rival)
  const lines = [
    title,
    `${''.padEnd(width)}    added µs of CPU    share  requests      p99    round  engine's`,
    `${''.padEnd(width)}     min     median           a second       ms    trips        µs`,
    ...[bare, ...subjects].map((figures) => tableLine(figures, width)),
    ...subjects.filter(({ ours }) => ours && rival !== undefined).map((figures) => verdict(figures, rival)),
  ]
  if (slowLoad) lines.push('The load took nearly as long as the server: these figures are not to be trusted.')
  return lines.join('\n')
}

function tableLine({ title, added: adds, share, rate, p99, roundTrips, engineTime }, width) {
  const cells = [
    [adds.min.toFixed(1), 8],
    [adds.median.toFixed(1), 11],
    [share === undefined ? '' : `${(share * 100).toFixed(0)} %`, 9],
    [rate.toFixed(0), 10],
    [p99.toFixed(1), 9],
    [roundTrips.toFixed(2), 9],
    [Number.isNaN(engineTime) ? '-' : engineTime.toFixed(0), 10],
  ]
  return title.padEnd(width) + cells.map(([text, room]) => text.padStart(room)).join('')
}

/** Judged by the rounds' middle, which a single lucky round does not move, and by what the app and its visitors feel. */
function verdict(figures, rival) {
  const behind = [
    figures.rate < rival.rate && 'requests a second',
    figures.p99 > rival.p99 && 'p99',
    figures.roundTrips > rival.roundTrips && 'round trips',
  ].filter(Boolean)
  const share = `${(figures.share * 100).toFixed(0)} % of what ${rival.title} adds (limit ${limit * 100} %)`
  const word = figures.share <= limit ? 'within' : 'OVER THE LIMIT'
  return `=> ${figures.title}: ${share}: ${word}; ${behind.length === 0 ? 'behind in nothing' : `BEHIND in ${behind.join(', ')}`}`
}
