import { isoSeconds } from '../../domain/time.ts'
import type { Difference } from './difference.ts'

/** Under what submissions are compared; builds and versions aren't in it, because rare ones were folded when they were counted. */
export interface BookKey {
  readonly hour: number
  readonly channel: string
  readonly outcome: string
  readonly problem: string
  readonly source: string
  readonly automation: boolean
}

interface Line {
  readonly key: BookKey
  counted: number
  found: number
  recoveredCounted: number
  recoveredFound: number
}

/** Holds what was counted in a day against what of it is kept. */
export class CountBook {
  readonly #lines = new Map<string, Line>()

  counted(key: BookKey, submissions: number, recovered: number): void {
    const line = this.#line(key)
    line.counted += submissions
    line.recoveredCounted += recovered
  }

  found(key: BookKey, submissions: number, recovered: number): void {
    const line = this.#line(key)
    line.found += submissions
    line.recoveredFound += recovered
  }

  /** In the order of hours, channels, outcomes. `isKept`: whether what was counted under a key is kept at all. */
  differences(isKept: (key: BookKey) => boolean): Difference[] {
    // Counts come in whatever order the database groups them.
    const lines = [...this.#lines.values()].sort(
      (a, b) => a.key.hour - b.key.hour || compareText(text(a.key), text(b.key)),
    )
    return lines.flatMap(({ key, counted, found, recoveredCounted, recoveredFound }) => {
      if (!isKept(key)) return []
      const of = text(key)
      // A damaged stretch of a segment is counted and has nothing that could be kept.
      const isMet = isPerhapsDamage(key) ? counted >= found : counted === found
      return [
        ...(isMet ? [] : [{ kind: 'submissions', of, counted, found } as const]),
        ...(recoveredCounted === recoveredFound
          ? []
          : [{ kind: 'recovered', of, counted: recoveredCounted, found: recoveredFound } as const]),
      ]
    })
  }

  #line(key: BookKey): Line {
    const { hour, channel, outcome, problem, source, automation } = key
    const place = JSON.stringify([hour, channel, outcome, problem, source, automation])
    const known = this.#lines.get(place)
    if (known !== undefined) return known
    const line = { key, counted: 0, found: 0, recoveredCounted: 0, recoveredFound: 0 }
    this.#lines.set(place, line)
    return line
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function isPerhapsDamage({ problem }: BookKey): boolean {
  return problem === 'corrupted_data'
}

function text({ hour, channel, outcome, problem, source, automation }: BookKey): string {
  const what = problem === 'none' ? outcome : `${outcome} (${problem})`
  return `${isoSeconds(hour)} ${channel}, ${what}, ${source}${automation ? ', automation' : ''}`
}
