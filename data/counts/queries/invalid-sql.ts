import {
  isInvalid,
  NO_PROBLEM,
  OUTCOMES,
  type Outcome,
  PROBLEMS,
  type ProblemOrNone,
  UNKNOWN_REVISION_GRACE_MS,
} from '../../domain/outcome.ts'
import type { EpochMs } from '../../domain/time.ts'
import { type Params, time } from '../values.ts'

/**
 * `isInvalid` as a condition on rows with the columns `outcome` and `problem` and the time of receipt in `timeColumn`. Made from
 * `isInvalid` itself, so that SQL and TypeScript can't come to differ. Its parameters are those of `invalidParams`.
 */
export function invalidSql(timeColumn: string): string {
  const atOnce = conditions((outcome, problem) => isInvalid(outcome, problem, 0))
  const grown = conditions(isGrownInvalid)
  return `(${[...atOnce, ...grown.map((condition) => `${condition} and ${timeColumn} <= $grown_before`)].join(' or ')})`
}

/** For `invalidSql`: ages are those at `now`. */
export function invalidParams(now: EpochMs): Params {
  return { grown_before: time(now - UNKNOWN_REVISION_GRACE_MS) }
}

/** Invalid once it is old, and not before. */
function isGrownInvalid(outcome: Outcome, problem: ProblemOrNone): boolean {
  return !isInvalid(outcome, problem, 0) && isInvalid(outcome, problem, Number.POSITIVE_INFINITY)
}

const ALL_PROBLEMS: readonly ProblemOrNone[] = [NO_PROBLEM, ...PROBLEMS]

/**
 * One condition for all outcomes of which the same problems are meant, with the shorter list of the two: three times as quick as
 * every pair listed.
 */
function conditions(isMeant: (outcome: Outcome, problem: ProblemOrNone) => boolean): string[] {
  const outcomesOf = new Map<string, Outcome[]>()
  for (const outcome of OUTCOMES) {
    const meant = ALL_PROBLEMS.filter((problem) => isMeant(outcome, problem))
    const others = ALL_PROBLEMS.filter((problem) => !isMeant(outcome, problem))
    if (meant.length === 0) continue
    const problems = meant.length < others.length ? `in (${listed(meant)})` : `not in (${listed(others)})`
    outcomesOf.set(problems, [...(outcomesOf.get(problems) ?? []), outcome])
  }
  return [...outcomesOf].map(([problems, outcomes]) => `outcome in (${listed(outcomes)}) and problem ${problems}`)
}

function listed(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ')
}
