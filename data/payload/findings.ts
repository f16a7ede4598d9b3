import type { ProblemCause } from '../converted/converted-record.ts'
import {
  NO_PROBLEM,
  OUTCOME_OF_PROBLEM,
  type Outcome,
  PROBLEMS,
  type Problem,
  type ProblemOrNone,
} from '../domain/outcome.ts'

export interface Verdict {
  readonly outcome: Exclude<Outcome, 'duplicate'>
  readonly problem: ProblemOrNone
  readonly problems: readonly Problem[]
  readonly causes: readonly ProblemCause[]
}

const SEVERITY = { rejected: 0, quarantined: 1, salvaged: 2 } as const
const LONGEST_TEXT = 200
const LONGEST_EXCEPTION = 1000

/**
 * What follows from all that was found wrong with a submission, in any order: the gravest outcome, its first problem,
 * and every problem once, gravest outcome first, then in the order of `PROBLEMS`. Of each problem the first cause stays:
 * a submission with three hundred bad histograms has them all in what was dropped.
 */
export function verdictOf(findings: readonly ProblemCause[]): Verdict {
  const found = new Map<Problem, ProblemCause>()
  for (const finding of findings) if (!found.has(finding.problem)) found.set(finding.problem, finding)
  const problems = PROBLEMS.filter((problem) => found.has(problem)).sort((a, b) => severity(a) - severity(b))
  const causes = problems.flatMap((problem) => {
    const cause = found.get(problem)
    return cause === undefined ? [] : [readableCause(cause)]
  })
  const first = problems[0]
  if (first === undefined) return { outcome: 'accepted', problem: NO_PROBLEM, problems, causes }
  return { outcome: OUTCOME_OF_PROBLEM[first], problem: first, problems, causes }
}

function readableCause({ problem, field, value, exception }: ProblemCause): ProblemCause {
  const readable = { problem, field: readableText(field, LONGEST_TEXT), value: readableText(value, LONGEST_TEXT) }
  return exception === undefined ? readable : { ...readable, exception: readableText(exception, LONGEST_EXCEPTION) }
}

/**
 * Text of unknown origin for people's eyes and single lines: what can't be seen, turns text around or is half a character
 * stands as `\u202e`, and as much of it as makes at most `longest` characters.
 */
function readableText(text: string, longest: number): string {
  if (text.length <= longest && SEEN.test(text)) return text
  const parts: string[] = []
  let length = 0
  for (const character of text.slice(0, longest)) {
    const part = UNSEEN.test(character) ? escapes(character) : character
    length += part.length
    if (length > longest) break
    parts.push(part)
  }
  return parts.join('')
}

/** As most texts are. */
const SEEN = /^[\x20-\x7e]*$/
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u

function escapes(character: string): string {
  return Array.from({ length: character.length }, (_, at) => escaped(character.charCodeAt(at))).join('')
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`
}

function severity(problem: Problem): number {
  return SEVERITY[OUTCOME_OF_PROBLEM[problem]]
}
