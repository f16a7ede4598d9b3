import type { CheckedSubmission } from './check-submission.ts'

/** A file, and what was found out about it, or why nothing could be. */
export type FileCheck =
  | { readonly file: string; readonly kind: 'checked'; readonly submission: CheckedSubmission }
  | { readonly file: string; readonly kind: 'unread'; readonly why: string }

/**
 * - `passes`: accepted.
 * - `fails`: something is wrong with the submission, or with the settings that it is checked by.
 * - `unchecked`: nobody can say: the file can't be read, or the specification of its revision not be had.
 */
export type CheckResult = 'passes' | 'fails' | 'unchecked'

export function resultOf(check: FileCheck, allowsSalvaged: boolean): CheckResult {
  if (check.kind === 'unread') return 'unchecked'
  const { submission } = check
  if (submission.kind === 'discarded') return 'fails'
  const { outcome, problem } = submission.record
  if (outcome === 'accepted' || (outcome === 'salvaged' && allowsSalvaged)) return 'passes'
  return problem === 'specification_unavailable' ? 'unchecked' : 'fails'
}

/** 0: all pass. 2: not all could be checked, whatever the others are. 1: some fail. */
export function exitCodeOf(results: readonly CheckResult[]): number {
  if (results.includes('unchecked')) return 2
  return results.includes('fails') ? 1 : 0
}
