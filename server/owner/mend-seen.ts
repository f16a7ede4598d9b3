import type { Readings } from '../../data/archive/readings.ts'
import { readMergedOf } from '../../data/counts/read-ledger.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { Logger } from '../log.ts'
import { keptDocuments } from '../recovery/kept-documents.ts'
import type { OpenState } from './open-state.ts'

/**
 * Where a disk has lost some of the documents that copies are told by, they are remembered anew from what is kept; to be called before
 * anything is merged. What can't be had is told: then copies may be counted again, which is no reason to count nothing.
 */
export async function mendSeen(
  { seen, database, folders }: Pick<OpenState, 'seen' | 'database' | 'folders'>,
  { from, readings, log }: { readonly from: EpochMs; readonly readings: Readings; readonly log: Logger },
): Promise<void> {
  const end = readings.begin()
  try {
    await seen.settle(async (segments) => new Set(await readMergedOf(database, segments)))
    const documents = await seen.mend(() => keptDocuments(database, folders, from))
    if (documents !== null) log.warn({ documents }, 'what copies are told by is whole again, from what is kept')
  } catch (error) {
    log.error({ error }, 'what copies are told by could not be made whole: some may be counted again')
  } finally {
    end()
  }
}
