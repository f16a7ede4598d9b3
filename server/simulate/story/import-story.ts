import type { AttributeRow, CountRow } from '../../../data/counts/import-counts.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import { type StoryOptions, storyHours } from './story.ts'

/** A story as `importCounts` takes it, generated while it is read. */
export interface StoryRows {
  /** One batch an hour. */
  readonly rows: Iterable<readonly CountRow[]>
  /** Complete once `rows` was read to its end. */
  readonly coverage: () => ReadonlyMap<EpochMs, number>
}

export function storyCountRows(options: StoryOptions): StoryRows {
  const coverage = new Map<EpochMs, number>()
  function* rows(): Generator<CountRow[]> {
    for (const { hour, coverageRatio, counts } of storyHours(options)) {
      if (coverageRatio > 0) coverage.set(hour, coverageRatio)
      yield counts.map((count) => ({ hour, ...count, automation: false, recovered: 0 }))
    }
  }
  return { rows: rows(), coverage: () => coverage }
}

/** The same for `importAttributes`. */
export function* storyAttributeRows(options: StoryOptions): Generator<AttributeRow[]> {
  for (const { hour, attributes } of storyHours(options)) yield attributes.map((row) => ({ hour, ...row }))
}
