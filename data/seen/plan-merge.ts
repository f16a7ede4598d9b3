import type { EpochMs } from '../domain/time.ts'
import { MOST_REPLACED } from './run-blocks.ts'

export interface MergeRules {
  /** Ids in the smallest runs: what fills a tail. */
  readonly tailIds: number
  /** So many runs of like size become one. */
  readonly fanIn: number
  /** A run isn't made larger, so that merging needs little room beside what is there. */
  readonly mostIds: number
}

interface SizedRun {
  readonly ids: number
  readonly file: { readonly day: EpochMs; readonly number: number }
}

/**
 * Which runs to merge next; none: []. Only runs of one day are, so that a file goes when its day is no longer needed. Of the newest day, as
 * soon as there are `fanIn` of like size; of a day that is over, its smaller ones into as few as possible.
 */
export function planMerge<R extends SizedRun>(runs: readonly R[], rules: MergeRules): readonly R[] {
  const days = [...new Set(runs.map(({ file }) => file.day))].sort((a, b) => a - b)
  const newest = days.at(-1)
  for (const day of days) {
    const ofDay = runs.filter(({ file, ids }) => file.day === day && ids < rules.mostIds)
    const found = day === newest ? likeSized(ofDay, rules) : smallest(ofDay, rules.mostIds)
    if (found.length > 0) return found
  }
  return []
}

function likeSized<R extends SizedRun>(runs: readonly R[], { tailIds, fanIn, mostIds }: MergeRules): readonly R[] {
  const bySize = new Map<number, R[]>()
  for (const run of runs) {
    const size = Math.max(0, Math.floor(Math.log(run.ids / tailIds) / Math.log(fanIn) + 0.01))
    const like = [...(bySize.get(size) ?? []), run]
    bySize.set(size, like)
    if (like.length < fanIn) continue
    const found = smallest(like, mostIds)
    if (found.length > 0) return found
  }
  return []
}

/** As many as give one run that isn't too large; at least two. */
function smallest<R extends SizedRun>(runs: readonly R[], mostIds: number): readonly R[] {
  const chosen: R[] = []
  for (const run of [...runs].sort((a, b) => a.ids - b.ids)) {
    if (chosen.length >= MOST_REPLACED || idsOf([...chosen, run]) > mostIds * SLACK) break
    chosen.push(run)
  }
  return chosen.length > 1 ? chosen : []
}

/** A tail ends with the batch that fills it, so runs are somewhat larger than planned. */
const SLACK = 1.25

function idsOf(runs: readonly SizedRun[]): number {
  return runs.reduce((sum, { ids }) => sum + ids, 0)
}
