/**
 * What is printed: tables for people, JSON for programs, colours on a terminal only.
 */
import { styleText } from 'node:util'
import Table from 'cli-table3'

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

export interface Output {
  /** A line, or lines. */
  print(text: string): void
  /** Progress, beside the results: on stderr, so that these can be piped. */
  note(text: string): void
  table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void
  json(value: unknown): void
  /** One line of JSON, for what goes on and on. */
  jsonLine(value: unknown): void
  style(style: Style, text: string): string
  readonly isTerminal: boolean
}

export function output(): Output {
  const { stdout, stderr, env } = process
  const colours = stdout.isTTY && env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb'
  const style: Output['style'] = (name, text) => (colours ? styleText(name, text) : text)
  const print = (text: string): void => void stdout.write(`${text}\n`)
  return {
    print,
    note: (text) => void stderr.write(`${text}\n`),
    table(head, rows) {
      const table = new Table({
        head: head.map((name) => style('bold', name)),
        chars: bare,
        style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
      })
      table.push(...rows.map((row) => row.map(String)))
      print(table.toString().replaceAll(/[ ]+$/gm, ''))
    },
    json: (value) => print(JSON.stringify(value, undefined, 2)),
    jsonLine: (value) => print(JSON.stringify(value)),
    style,
    isTerminal: stdout.isTTY,
  }
}

/** Columns by space alone: what is copied from a terminal has no frames in it. */
const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
} as const

/** How long ago, or how long from now, in the largest whole unit. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(Math.abs(milliseconds) / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`
}

export function bytes(size: number): string {
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(size < 10_240 ? 1 : 0)} kB`
}
