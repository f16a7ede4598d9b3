import type { Revision } from '../../data/histograms/revision.ts'
import type { SpecificationAnswer } from '../../data/histograms/specification-answer.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { OutcomeCount } from './count-outcomes.ts'
import type { ConvertOptions } from './options.ts'

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly options: ConvertOptions
  readonly sign: SignPlace
}

/** Where a worker tells which frame is open: memory that it shares with its pool, or a pipe to another process. */
export type SignPlace =
  | { readonly kind: 'shared'; readonly memory: Int32Array }
  | { readonly kind: 'pipe'; readonly fd: number }

/** Frames that are not to be opened again, with what is known of them: a sentence each. */
export type Poison = ReadonlyMap<number, string>

export type ToWorker =
  | {
      readonly kind: 'convert'
      readonly claim: Claim
      /** One submission at a time, so that the one that ends the worker is known for certain. */
      readonly careful: boolean
      readonly poison: Poison
    }
  | { readonly kind: 'specification'; readonly request: number; readonly answer: SpecificationAnswer }

export type FromWorker =
  /** All is written aside: the worker is free, and the converted file to be committed. */
  | { readonly kind: 'converted'; readonly outcomes: readonly OutcomeCount[] }
  /** The segment couldn't be read, or its converted file not written. */
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'find'; readonly request: number; readonly revision: Revision }

/** A worker process says also what its thread ended of. */
export type FromCarefulWorker = FromWorker | { readonly kind: 'ended'; readonly why: string }
