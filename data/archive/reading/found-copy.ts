import type { ProblemCause } from '../../converted/converted-record.ts'
import type { Dimensions } from '../../domain/dimensions.ts'
import type { EpochMs } from '../../domain/time.ts'

/** What is looked for: a document, or what somebody sent with a tag of their own (`X-Debug-ID`). Receipt from `since` to before `until`; null: no bound. */
export type Sought = {
  readonly since: EpochMs | null
  readonly until: EpochMs | null
} & ({ readonly by: 'document'; readonly documentId: string } | { readonly by: 'debug_id'; readonly debugId: string })

/** Where a copy of a submission lies now. `file`: its path within the state directory. */
export interface CopyPlace {
  /** `spool`: not converted yet. `converted`: converted, and waiting for its part of the archive. */
  readonly kind: 'spool' | 'converted' | 'archive' | 'quarantine'
  readonly file: string
}

/** One frame that brought a document. */
export interface FoundCopy {
  readonly documentId: string
  readonly receivedAt: EpochMs
  readonly dimensions: Dimensions
  /** Null: not decided yet. */
  readonly outcome: string | null
  readonly problem: string | null
  readonly problems: readonly string[]
  readonly causes: readonly ProblemCause[]
  readonly automation: boolean
  /** The same for copies of the same body; null where that can't be told. */
  readonly duplicateKey: string | null
  readonly segment: string
  readonly frame: number
  readonly bytes: number
  /** When it was converted after all; null: it wasn't, or at once. */
  readonly recoveredAt: EpochMs | null
  readonly place: CopyPlace
}
