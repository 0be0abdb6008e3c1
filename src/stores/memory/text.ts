/**
 * Texts as bytes, to the letter: one byte a character where all of it is ASCII, else whichever of UTF-8 and UTF-16 is shorter.
 */

/** How the bytes are to be read. 0 is left for "there is none". */
const ASCII = 1
export const UTF8 = 2
export const UTF16 = 3

const encodings = ['latin1', 'latin1', 'utf8', 'utf16le'] as const

/** `String.prototype.isWellFormed`: every supported Node has it, the type library of ES2023 does not. */
export function isWellFormed(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed()
}

/** The kind that keeps `text` in the fewest bytes. `utf8Size` is its size in UTF-8. */
export function textKind(text: string, utf8Size: number): number {
  if (utf8Size === text.length) return ASCII
  return utf8Size <= text.length * 2 && isWellFormed(text) ? UTF8 : UTF16
}

export function textSize(text: string, kind: number, utf8Size: number): number {
  return kind === UTF16 ? text.length * 2 : utf8Size
}

export function writeText(text: string, kind: number, size: number, buffer: Buffer, start: number): void {
  buffer.write(text, start, size, encodings[kind])
}

export function readText(buffer: Buffer, start: number, size: number, kind: number): string {
  return buffer.toString(encodings[kind], start, start + size)
}
