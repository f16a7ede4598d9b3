import { DAY_MS, type EpochMs, isoDate } from '../domain/time.ts'
import { KEEPS, type Keep, parsePartFileName } from './part-name.ts'
import type { Storage } from './storage.ts'

/** Whole days that are kept besides today, or null: for ever. */
export type KeepDays = Readonly<Record<Keep, number | null>>

/** Removes the parts of days that are over. Returns their names. */
export async function trimArchive(storage: Storage, keepDays: KeepDays, now: EpochMs): Promise<string[]> {
  const removed: string[] = []
  for (const keep of KEEPS) {
    const days = keepDays[keep]
    if (days === null) continue
    const firstKept = isoDate(now - days * DAY_MS)
    for (const name of await storage.list(keep)) {
      const parsed = parsePartFileName(name)
      if (parsed === null || parsed.date >= firstKept) continue
      await storage.remove(name)
      removed.push(name)
    }
  }
  return removed
}
