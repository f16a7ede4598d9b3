import type { ArchiveFile, FileChoice } from '../archive/archive-files.ts'
import type { Keep } from '../archive/part-name.ts'
import type { Params } from '../counts/values.ts'
import { time } from '../counts/values.ts'
import { OUTCOME_OF_PROBLEM, PROBLEMS, type Problem } from '../domain/outcome.ts'
import { type EpochMs, isoDate } from '../domain/time.ts'

/** Which kept submissions are meant; null or empty: all. */
export interface KeptChoice {
  /** By the problem that a submission is counted under. */
  readonly problems: readonly Problem[]
  /** Received from then on… */
  readonly since: EpochMs | null
  /** …and before then. */
  readonly until: EpochMs | null
  /** As it was counted. */
  readonly channel: string | null
  /** The offending values of their problems. */
  readonly values?: readonly string[]
}

/** Problems of submissions from which histograms were taken out that can be put back. */
const SALVAGED: readonly Problem[] = ['bad_histogram', 'unknown_histogram']

/** What may convert one day, or get back what was taken out. */
export const MENDABLE = PROBLEMS.filter(
  (problem) => OUTCOME_OF_PROBLEM[problem] !== 'salvaged' || SALVAGED.includes(problem),
)

/** The problems that reprocessing may mend of what lies in `keep`; none where the choice is for others. */
export function mendable({ problems }: KeptChoice, keep: Keep): Problem[] {
  const lies = (problem: Problem) =>
    keep === 'archive' ? SALVAGED.includes(problem) : OUTCOME_OF_PROBLEM[problem] !== 'salvaged'
  return PROBLEMS.filter((problem) => lies(problem) && (problems.length === 0 || problems.includes(problem)))
}

/** The files in which such submissions may lie. */
export function filesOf({ since, until, channel }: KeptChoice, keep: Keep, problems: readonly Problem[]): FileChoice {
  return {
    keep,
    fromDate: since === null ? null : isoDate(since),
    toDate: until === null ? null : isoDate(until - 1),
    channel,
    problems,
  }
}

/** The condition on a file's rows, and its parameters; all rows of a file are of one channel. */
export function rowsOf(
  { since, until, values = [] }: KeptChoice,
  problems: readonly Problem[],
): { readonly where: string; readonly params: Params } {
  // Plain comparisons, so that nothing of the content is read where none holds.
  const conditions = [`problem in (${problems.map((problem) => `'${problem}'`).join(', ')})`]
  const params: Record<string, Params[string]> = {}
  if (since !== null) {
    conditions.push('received_at >= $since')
    params.since = time(since)
  }
  if (until !== null) {
    conditions.push('received_at < $until')
    params.until = time(until)
  }
  if (values.length > 0) {
    conditions.push(`list_contains($values, ${OFFENDING_VALUE})`)
    params.values = values
  }
  return { where: conditions.join(' and '), params }
}

/**
 * Those of these rows that are tried again. What ended or hung the workers that converted it would do so every time: it is tried
 * only where its problem is named.
 */
export function triedRowsOf(choice: KeptChoice, problems: readonly Problem[]): ReturnType<typeof rowsOf> {
  const { where, params } = rowsOf(choice, problems)
  if (choice.problems.includes(DEADLY.problem)) return { where, params }
  return { where: `${where} and (problem != '${DEADLY.problem}' or ${OFFENDING_FIELD} != '${DEADLY.field}')`, params }
}

/** How such submissions are kept; problems of a submission's text stand at fields of it, and reading knows none of this name. */
const DEADLY = { problem: 'bad_payload', field: 'conversion' } as const

// Causes stand in the order of the problems: the first is that of the problem it is counted under.
export const OFFENDING_VALUE = `if(causes = '', null, json_extract_string(causes, '$[0].value'))`
const OFFENDING_FIELD = `if(causes = '', '', json_extract_string(causes, '$[0].field'))`

/** Bounds of what is converted, and of the files that are rewritten, at a time. */
const BATCH_BYTES = 8 * 1024 * 1024
const BATCH_ROWS = 50_000

/** Files that are taken together: small ones many at once, in their order. */
export function* batches(files: readonly ArchiveFile[]): Generator<ArchiveFile[]> {
  let batch: ArchiveFile[] = []
  let bytes = 0
  let rows = 0
  for (const file of files) {
    if (batch.length > 0 && (bytes + file.bytes > BATCH_BYTES || rows + file.rows > BATCH_ROWS)) {
      yield batch
      batch = []
      bytes = 0
      rows = 0
    }
    batch.push(file)
    bytes += file.bytes
    rows += file.rows
  }
  if (batch.length > 0) yield batch
}
