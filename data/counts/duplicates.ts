import type { ConvertedRecord } from '../converted/converted-record.ts'
import type { EpochMs } from '../domain/time.ts'

/** A document that another segment brought before. */
export interface RememberedDocument {
  readonly duplicateKey: string
  readonly receivedAt: EpochMs
}

export interface DuplicateDecision {
  /** Numbers of the frames that only repeat what another frame brought, ascending. */
  readonly duplicateFrames: readonly number[]
  /** The records to remember, so that later copies of them are found. A duplicate isn't one: its first copy is. */
  readonly remember: readonly ConvertedRecord[]
}

/**
 * Tells first copies from repeats, in the order of the frames. Two copies are the same submission when they are at most
 * `windowMs` apart, whichever of them is merged first. A record without a key (no id, or rejected) is never a duplicate
 * and makes none.
 */
export function decideDuplicates(
  records: readonly ConvertedRecord[],
  remembered: readonly RememberedDocument[],
  windowMs: number,
): DuplicateDecision {
  const timesByKey = new Map<string, EpochMs[]>()
  for (const { duplicateKey, receivedAt } of remembered) addTime(timesByKey, duplicateKey, receivedAt)
  const duplicateFrames: number[] = []
  const remember: ConvertedRecord[] = []
  for (const record of records) {
    if (record.duplicateKey === null) continue
    const times = timesByKey.get(record.duplicateKey) ?? []
    if (times.some((time) => Math.abs(time - record.receivedAt) <= windowMs)) {
      duplicateFrames.push(record.frame)
    } else {
      remember.push(record)
      addTime(timesByKey, record.duplicateKey, record.receivedAt)
    }
  }
  return { duplicateFrames, remember }
}

function addTime(timesByKey: Map<string, EpochMs[]>, key: string, time: EpochMs): void {
  const times = timesByKey.get(key)
  if (times === undefined) timesByKey.set(key, [time])
  else times.push(time)
}
