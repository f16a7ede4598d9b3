/**
 * The one of `names` that was most likely meant by `typed`: at most a third of its letters (but always one) typed
 * wrongly, left out, added or swapped, upper and lower case alike. Null where none is that near.
 */
export function nearestName(typed: string, names: Iterable<string>): string | null {
  const wanted = typed.toLowerCase()
  let nearest: string | null = null
  let nearestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(wanted, name.toLowerCase())
    if (distance < nearestDistance) {
      nearest = name
      nearestDistance = distance
    }
  }
  return nearest
}

/** The fewest letters to replace, insert, remove or swap with their neighbour (Damerau; "optimal string alignment"). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const at = (from: readonly number[], k: number) => from[k] ?? Number.POSITIVE_INFINITY
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(beforeLast, j - 2) + 1 : Infinity
      row.push(Math.min(replaced, swapped, at(last, j) + 1, at(row, j - 1) + 1))
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
