import type { EpochMs } from '../domain/time.ts'
import type { Database } from './database.ts'
import { HourNames } from './hour-names.ts'
import { KnownStanding } from './read-standing.ts'

/** What merges know of the tables, so that none has to read it again. */
export interface Known {
  readonly builds: HourNames
  readonly values: HourNames
  /** Hours that are marked as ones to settle. */
  readonly open: Set<EpochMs>
  readonly standing: KnownStanding
}

const knownByDatabase = new WeakMap<Database, Known>()

export function knownOf(db: Database): Known {
  const known = knownByDatabase.get(db)
  if (known !== undefined) return known
  const made = {
    builds: new HourNames(),
    values: new HourNames(),
    open: new Set<EpochMs>(),
    standing: new KnownStanding(),
  }
  knownByDatabase.set(db, made)
  return made
}

/** What became of a transaction that failed nobody knows. */
export function forgetAll({ builds, values, open, standing }: Known): void {
  builds.forget()
  values.forget()
  open.clear()
  standing.forget()
}

/** After they were settled: the next merge into these hours reads what there is. */
export function forgetHours(db: Database, hours: Iterable<EpochMs>): void {
  const { builds, values, open } = knownOf(db)
  for (const hour of hours) {
    builds.forget([hour])
    values.forget([hour])
    open.delete(hour)
  }
}
