import type { ProblemCause } from '../../data/converted/converted-record.ts'
import type { Dimensions } from '../../data/domain/dimensions.ts'
import { NO_PROBLEM, type Outcome, type ProblemOrNone } from '../../data/domain/outcome.ts'
import type { CheckResult, FileCheck } from './check-result.ts'
import type { CheckedSubmission } from './check-submission.ts'

/** More dropped histograms than a person reads; `--json` has them all. */
const MOST_SHOWN = 20

/** For people: a line with the outcome, and what there is to say of it, indented below. */
export function reportText(check: FileCheck): string {
  const [first, ...rest] = linesOf(check)
  return `${check.file}: ${first}\n${rest.map((line) => `  ${line}\n`).join('')}`
}

/** For scripts: one JSON object in a line. Names are those of the counts' columns; `outcome` is null where nobody could say. */
export function reportJson(check: FileCheck, result: CheckResult): string {
  return `${JSON.stringify({ file: check.file, result, ...fieldsOf(check) })}\n`
}

function linesOf(check: FileCheck): string[] {
  if (check.kind === 'unread') return [`can't be checked: ${check.why}`]
  const { submission } = check
  if (submission.kind === 'discarded') {
    const { cause, bytes, limit } = submission
    return [`discarded, ${cause} too long`, `${bytes} bytes; ${limit} are received (receive.${SETTING[cause]})`]
  }
  const { record, dropped, histograms } = submission
  const { outcome, problem, causes, dimensions } = record
  return [
    headline(outcome, problem),
    ...causes.map(causeLine),
    ...droppedLines(dropped, histograms),
    `counted under ${Object.entries(columns(dimensions))
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  ]
}

function headline(outcome: Outcome, problem: ProblemOrNone): string {
  if (problem === 'specification_unavailable') return "can't be checked: nobody has the histograms of its revision"
  return problem === NO_PROBLEM ? outcome : `${outcome}, ${problem}`
}

const SETTING = { body: 'maxBodyBytes', path: 'maxPathBytes' } as const

function causeLine({ problem, field, value }: ProblemCause): string {
  return `${problem}: ${field} is "${value}"`
}

function droppedLines(dropped: readonly ProblemCause[], histograms: number): string[] {
  if (dropped.length === 0) return []
  const more = dropped.length - MOST_SHOWN
  return [
    `${dropped.length} of ${histograms} histograms dropped:`,
    ...dropped.slice(0, MOST_SHOWN).map((cause) => `  ${causeLine(cause)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
}

function fieldsOf(check: FileCheck): object {
  return check.kind === 'unread' ? { outcome: null, why: check.why } : submissionFields(check.submission)
}

function submissionFields(submission: CheckedSubmission): object {
  if (submission.kind === 'discarded') {
    const { cause, bytes, limit } = submission
    return { outcome: 'discarded', problem: cause, bytes, limit }
  }
  const { record, histograms, dropped } = submission
  const { outcome, problem, problems, causes, dimensions, attributes, bytes } = record
  return {
    outcome,
    problem,
    problems,
    causes,
    dimensions: columns(dimensions),
    attributes,
    bytes,
    histograms,
    dropped_histograms: dropped,
  }
}

function columns({ reason, appName, appVersion, channel, buildId }: Dimensions): Record<string, string> {
  return { reason, app_name: appName, app_version: appVersion, channel, build_id: buildId }
}
