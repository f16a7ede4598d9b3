import type { AnnotationBook } from '../../alerts/calendar/annotation-book.ts'
import { inTurn } from '../../alerts/shell/in-turn.ts'
import type { Database } from '../../data/counts/database.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import { readSettingsInForce, replaceSettingsInForce } from '../../data/settings/settings-in-force.ts'
import type { Settings } from './schema.ts'
import { valueAt } from './value-at.ts'

/** Settings by which other counts come in, or other things are told of the same: charts say when one of them changed. */
export const MARKED_SETTINGS = [
  'receive.maxBodyBytes',
  'receive.maxPathBytes',
  'convert.channels',
  'convert.reasons',
  'convert.applications',
  'convert.maxInflatedBytes',
  'convert.lostHistogramsRatio',
  'histograms.dir',
  'histograms.url',
  'histograms.revisionPrefixes',
  'histograms.repositories',
  'duplicates.windowHours',
  'counts.watchedProblems',
  'judge.calendar',
  'judge.sensitivity',
  'judge.falseAlarmsPerYear',
] as const

/** Longer values are said to have changed, and no more. */
const MOST_VALUE = 60

interface SettingsMarks {
  /** Marks what differs from the last time, also the last time of a service that has ended since. */
  look(settings: Settings): Promise<void>
}

interface SettingsMarksOptions {
  readonly database: Database
  readonly annotations: Pick<AnnotationBook, 'add'>
  now(): EpochMs
}

/** Keeps which settings were in force, beside the counts that they made, and marks their changes on charts. */
export function createSettingsMarks({ database, annotations, now }: SettingsMarksOptions): SettingsMarks {
  const turn = inTurn()
  return {
    look: (settings) =>
      turn(async () => {
        const before = await readSettingsInForce(database)
        const after = new Map(MARKED_SETTINGS.map((path) => [path, JSON.stringify(valueAt(settings, path))]))
        const text = changesText(before, after)
        // Marked first: whoever is killed in between says it twice rather than never.
        if (text !== null) {
          await annotations.add({ kind: 'settings', text, channels: [], from: now(), to: null, author: 'Tidewatch' })
        }
        if (text !== null || before.size !== after.size) {
          await database.inTransaction((transaction) => replaceSettingsInForce(transaction, after))
        }
      }),
  }
}

/** `judge.falseAlarmsPerYear is 0.5, was 0.05; judge.sensitivity changed`; null where nothing did. What wasn't known before is no change. */
export function changesText(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string | null {
  const changes = [...after].flatMap(([path, value]) => {
    const old = before.get(path)
    if (old === undefined || old === value) return []
    return [Math.max(old.length, value.length) > MOST_VALUE ? `${path} changed` : `${path} is ${value}, was ${old}`]
  })
  return changes.length === 0 ? null : changes.join('; ')
}
