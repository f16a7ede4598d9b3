export interface Part {
  readonly part: string
  readonly isName: boolean
  /** Index in the whole text. */
  readonly at: number
}

/** `text` in parts, those that are one of `names` as a whole word marked: `nightly is low` → **nightly** is low. */
export function emphasised(text: string, names: readonly string[]): readonly Part[] {
  // Longest first, so that "release-esr" isn't read as "release".
  const alternatives = [...names]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length)
    .map(escaped)
  if (alternatives.length === 0) return [{ part: text, isName: false, at: 0 }]
  const pattern = new RegExp(`(?<![\\w-])(?:${alternatives.join('|')})(?![\\w-])`, 'g')
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ part: text.slice(end, match.index), isName: false, at: end })
    parts.push({ part: match[0], isName: true, at: match.index })
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ part: text.slice(end), isName: false, at: end })
  return parts
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
