import type { Revision } from '../../data/histograms/revision.ts'
import type { SpecificationAnswer } from '../../data/histograms/specification-answer.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { OutcomeCount } from './count-outcomes.ts'
import type { ConvertOptions } from './options.ts'

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly options: ConvertOptions
  /** One number, shared: the frame that is open just now, NO_FRAME between frames. It outlives the worker. */
  readonly openFrame: Int32Array
}

export const NO_FRAME = -1

export type ToWorker =
  | {
      readonly kind: 'convert'
      readonly claim: Claim
      readonly careful: boolean
      readonly poison: readonly number[]
    }
  | { readonly kind: 'specification'; readonly request: number; readonly answer: SpecificationAnswer }

export type FromWorker =
  | { readonly kind: 'converted'; readonly outcomes: readonly OutcomeCount[] }
  /** The segment couldn't be read, or its converted file not written. */
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'find'; readonly request: number; readonly revision: Revision }
