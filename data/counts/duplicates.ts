import type { ConvertedRecord } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'
import type { SeenDocument } from '../seen/seen-documents.ts'

export interface DuplicateDecision {
  /** Numbers of the frames that only repeat what another frame brought, ascending. */
  readonly duplicateFrames: readonly number[]
  /** The records to remember, so that later copies of them are found. A duplicate isn't one: its first copy is. */
  readonly remember: readonly SeenDocument[]
}

/**
 * Tells first copies from repeats, in the order of the frames; `remembered` is what other segments brought before. Two copies are the same submission when they are at most
 * `windowMs` apart, whichever of them is merged first. A record without a key (no id, or rejected) is never a duplicate
 * and makes none.
 */
export function decideDuplicates(
  records: readonly ConvertedRecord[],
  remembered: readonly SeenDocument[],
  windowMs: number,
): DuplicateDecision {
  const timesByKey = new Map<string, EpochMs[]>()
  for (const { duplicateKey, receivedAt } of remembered) addTime(timesByKey, duplicateKey, receivedAt)
  const duplicateFrames: number[] = []
  const remember: SeenDocument[] = []
  for (const record of records) {
    const { duplicateKey, receivedAt } = record
    if (duplicateKey === null) continue
    const times = timesByKey.get(duplicateKey) ?? []
    if (times.some((time) => Math.abs(time - receivedAt) <= windowMs)) {
      duplicateFrames.push(record.frame)
    } else {
      remember.push({ duplicateKey, receivedAt })
      addTime(timesByKey, duplicateKey, receivedAt)
    }
  }
  return { duplicateFrames, remember }
}

function addTime(timesByKey: Map<string, EpochMs[]>, key: string, time: EpochMs): void {
  const times = timesByKey.get(key)
  if (times === undefined) timesByKey.set(key, [time])
  else times.push(time)
}
