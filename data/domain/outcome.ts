import { HOUR_MS } from './time.ts'

/** What became of a submission. Every submission ends in exactly one. */
export const OUTCOMES = ['accepted', 'salvaged', 'quarantined', 'rejected', 'duplicate'] as const
export type Outcome = (typeof OUTCOMES)[number]

/**
 * Why a submission wasn't simply accepted, in order of precedence within its outcome: a record is counted once, under
 * its first problem; all of them stand in the archive.
 */
export const PROBLEMS = [
  'bad_histogram',
  'unknown_histogram',
  'dimension_mismatch',
  'missing_revision',
  'invalid_revision',
  'unknown_revision',
  'specification_unavailable',
  'histograms_lost',
  'unknown_version',
  'empty_data',
  'bad_compression',
  'too_large_inflated',
  'bad_json',
  'bad_payload',
  'invalid_path',
  'corrupted_data',
] as const
export type Problem = (typeof PROBLEMS)[number]

/** The `problem` of accepted submissions and duplicates, in counts, CSV files, the archive and the API alike. */
export const NO_PROBLEM = 'none'
export type ProblemOrNone = Problem | typeof NO_PROBLEM

/** The one outcome that each problem leads to. */
export const OUTCOME_OF_PROBLEM: Readonly<Record<Problem, Exclude<Outcome, 'accepted' | 'duplicate'>>> = {
  bad_histogram: 'salvaged',
  unknown_histogram: 'salvaged',
  dimension_mismatch: 'salvaged',
  missing_revision: 'quarantined',
  invalid_revision: 'quarantined',
  unknown_revision: 'quarantined',
  specification_unavailable: 'quarantined',
  histograms_lost: 'quarantined',
  unknown_version: 'quarantined',
  empty_data: 'rejected',
  bad_compression: 'rejected',
  too_large_inflated: 'rejected',
  bad_json: 'rejected',
  bad_payload: 'rejected',
  invalid_path: 'rejected',
  corrupted_data: 'rejected',
}

/** `unknown_revision` mends itself when the specification comes; only what is older than this counts as invalid. */
export const UNKNOWN_REVISION_GRACE_MS = 6 * HOUR_MS

/**
 * Whether submissions received `ageMs` ago count as *invalid*: they could not be read, or histograms of them were bad.
 * Not invalid are `specification_unavailable` (our own trouble, told as `stalled`), histograms that are merely unknown,
 * and young `unknown_revision`.
 */
export function isInvalid(outcome: Outcome, problem: ProblemOrNone, ageMs: number): boolean {
  if (outcome === 'salvaged') return problem === 'bad_histogram'
  if (outcome !== 'quarantined' && outcome !== 'rejected') return false
  if (problem === 'unknown_revision') return ageMs >= UNKNOWN_REVISION_GRACE_MS
  return problem !== 'specification_unavailable'
}
