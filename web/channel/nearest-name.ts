/** The name that `wanted` is most likely a slip of; null where none is near (more than half of its letters differ). */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const near = names
    .map((name) => ({ name, edits: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits)[0]
  return near === undefined || near.edits > Math.max(wanted.length, near.name.length) / 2 ? null : near.name
}

/** Insertions, removals and replacements that lead from `a` to `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
