import type { Words } from './words.ts'

const COLUMNS = 72

export function textOf(words: Words): string {
  return words.map((word) => word.text).join('')
}

/** Breaks at plain spaces only: numbers stay with their units. A word longer than a line stands alone on its own. */
export function wrap(text: string, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS) {
      lines.push(line)
      line = indent + word
    } else line = line === '' && lines.length === 0 ? word : `${line} ${word}`
  }
  return [...lines, line].join('\n')
}
