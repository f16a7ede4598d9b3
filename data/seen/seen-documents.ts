import type { EpochMs } from '../domain/time.ts'

export interface SeenDocument {
  /** 32 hexadecimal digits. */
  readonly duplicateKey: string
  readonly receivedAt: EpochMs
}

export interface RestoredDocument extends SeenDocument {
  readonly segment: string
  readonly rememberedAt: EpochMs
}

/**
 * The documents that were seen, by key: where and when each came first. ARCHITECTURE.md says how they lie on disk and why a crash at any moment
 * loses none of what was committed, and keeps none of what wasn't.
 */
export interface SeenDocuments {
  /**
   * To be called first in a transaction that will `remember`: what was remembered last stays only where `readMerged` says that its segment's
   * transaction was committed.
   */
  settle(readMerged: (segments: readonly string[]) => Promise<ReadonlySet<string>>): Promise<void>
  /** What other segments than this one brought with one of these keys. */
  find(keys: readonly string[], segment: string): Promise<SeenDocument[]>
  /** Resolves once all are synced. They are in doubt until `confirm`, or until they are settled. */
  remember(segment: string, documents: readonly SeenDocument[], now: EpochMs): Promise<void>
  /** The transaction in which this segment's documents were remembered is committed. */
  confirm(segment: string): void
  /** Remembers what is known from elsewhere; answers how many documents. A batch of them is kept as long as its latest. */
  restore(batches: AsyncIterable<readonly RestoredDocument[]>): Promise<number>
  /**
   * Where something was lost on disk, remembers what `read` gives, which is all that is known from elsewhere, and leaves what is damaged
   * out of the files; answers how many documents. Null: nothing was lost. To be settled before.
   */
  mend(read: () => AsyncIterable<readonly RestoredDocument[]>): Promise<number | null>
  /** Forgets everything. */
  clear(): Promise<void>
  /** Removes the files that hold nothing received or remembered after `before`; answers how many documents that were. */
  forget(before: EpochMs): Promise<number>
  stats(): SeenStats
  /** Resolves once the work in the background is done, or has failed. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface SeenStats {
  readonly ids: number
  readonly runs: number
  /** Of the tails, filters and the like, without what Node.js itself takes. */
  readonly memoryBytes: number
  /** Blocks read, and how often nothing was found where a filter had said "maybe". */
  readonly reads: number
  readonly falseReads: number
}
