import type { Database } from '../../data/counts/database.ts'
import { type ImportSummary, importAttributes, importCounts } from '../../data/counts/import-counts.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { storyAttributeRows, storyCountRows } from './story/import-story.ts'
import { type HourOfRates, storyRates } from './story/rates.ts'

export interface DemoOptions {
  /** The story is shifted to end within the week before; its counts go on up to this very moment. */
  readonly now: EpochMs
  readonly seed?: number
  /** Factor on the number of users. 1 sends 8 to 26 submissions a second; default 1. */
  readonly scale?: number
}

export interface DemoSeed {
  readonly imported: ImportSummary
  /** What live traffic has to send from `now` on to go on where the counts end; for `runTraffic`. */
  readonly rates: (time: EpochMs) => HourOfRates
}

/** `source` of the demo's history in the counts. */
const DEMO_SOURCE = 'story'

/** Brings the story into the counts, up to the running minute; nothing is judged yet. */
export async function seedDemo(db: Database, { now, seed = 1, scale = 1 }: DemoOptions): Promise<DemoSeed> {
  const options = { seed, scale, endAt: now }
  const imported = await importCounts(db, { source: DEMO_SOURCE, ...storyCountRows(options), now })
  await importAttributes(db, { source: DEMO_SOURCE, rows: storyAttributeRows(options), now })
  return { imported, rates: storyRates(options) }
}
