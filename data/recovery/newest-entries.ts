import type { z } from 'zod'
import type { JournalEntry } from '../journal/journal.ts'

/** By kind and key: an entry states how something is, so the newest one holds. */
export type NewestEntries = ReadonlyMap<string, JournalEntry>

/** `entries` are oldest first, and newer than those of `before`, which is added to. */
export function newestEntries(
  entries: readonly JournalEntry[],
  before: Map<string, JournalEntry> = new Map(),
): Map<string, JournalEntry> {
  for (const entry of entries) before.set(placeOf(entry.kind, entry.key), entry)
  return before
}

/** When the newest entry was written; 0 where there is none. */
export function writtenAt(entries: NewestEntries, kind: string, key: string): number {
  return entries.get(placeOf(kind, key))?.writtenAt ?? 0
}

/** By key. An entry that doesn't read as its kind is a broken promise of ours and throws. */
export function bodiesOf<T>(entries: NewestEntries, kind: string, schema: z.ZodType<T>): Map<string, T> {
  const ofKind = [...entries.values()].filter((entry) => entry.kind === kind)
  return new Map(ofKind.map((entry) => [entry.key, schema.parse(entry.body)]))
}

function placeOf(kind: string, key: string): string {
  return JSON.stringify([kind, key])
}
