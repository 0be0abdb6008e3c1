/**
 * Any text through a column of type text. PostgreSQL refuses U+0000, and the driver bends lone surrogates: such a text is written as its UTF-16
 * units in base64 behind a mark, and a text that begins with the mark is written so too.
 */

const mark = '\u0001utf16:'

export function toColumn(text: string): string {
  const isPlain =
    (text as string & { isWellFormed(): boolean }).isWellFormed() && !text.includes('\0') && !text.startsWith(mark)
  return isPlain ? text : mark + Buffer.from(text, 'utf16le').toString('base64')
}

export function fromColumn(text: string): string {
  return text.startsWith(mark) ? Buffer.from(text.slice(mark.length), 'base64').toString('utf16le') : text
}
