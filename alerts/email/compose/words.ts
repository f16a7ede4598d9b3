/** Text in which some words stand out. */
export type Words = readonly { readonly text: string; readonly isStrong: boolean }[]

export function emphasised(text: string, names: readonly string[]): Words {
  const wanted = [...new Set(names)].filter((name) => name.length > 1).sort((a, b) => b.length - a.length)
  if (wanted.length === 0) return plain(text)
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${wanted.map(escapePattern).join('|')})(?![\\p{L}\\p{N}])`, 'u')
  // Every second part is what the group caught.
  return text
    .split(pattern)
    .map((part, index) => ({ text: part, isStrong: index % 2 === 1 }))
    .filter((part) => part.text !== '')
}

export function plain(text: string): Words {
  return [{ text, isStrong: false }]
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
