import { type ArchiveToSearch, findArchived, MOST_COPIES } from './find-copies.ts'
import { findConverted, findInSpool } from './find-waiting.ts'
import type { FoundCopy, Sought } from './found-copy.ts'

export interface SubmissionSearch {
  readonly archive: ArchiveToSearch
  readonly converted: string
  readonly spool: string
}

export interface FoundSubmissions {
  /** Newest first, each frame once, at most 200. */
  readonly copies: readonly FoundCopy[]
  /** Segments in the spool that there was no time to look into, because too much waits. */
  readonly unreadSegments: number
}

/**
 * Looks for a document, or a debug tag, wherever submissions lie. The places are searched in the flow's order, so what moves on
 * meanwhile is found at least once; found twice, the later place is the true one.
 */
export async function findSubmissions(
  { archive, converted, spool }: SubmissionSearch,
  sought: Sought,
): Promise<FoundSubmissions> {
  const inSpool = await findInSpool(spool, sought)
  const waiting = await findConverted(archive.db, converted, sought)
  const archived = await findArchived(archive, sought)
  const copies = new Map<string, FoundCopy>()
  for (const copy of [...inSpool.copies, ...waiting, ...archived]) copies.set(`${copy.frame} ${copy.segment}`, copy)
  const newestFirst = [...copies.values()].sort((a, b) => b.receivedAt - a.receivedAt)
  return { copies: newestFirst.slice(0, MOST_COPIES), unreadSegments: inSpool.unread }
}
