import type { ProblemsAnswer, QuarantineAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import { Copyable } from '../shell/copyable.tsx'
import { Trouble } from '../shell/states.tsx'
import type { Zone } from '../view/zone.ts'
import { count, size } from '../words/number.ts'
import { moment } from '../words/time.ts'
import { mendsItself } from './problem-words.ts'

interface QuarantineProps {
  readonly answer: Answer<QuarantineAnswer>
  /** Of the range that is shown: how much of it was converted after all. */
  readonly problems: ProblemsAnswer | null
  readonly zone: Zone
}

/** What is kept whole to be tried again, and how much of it would convert today. */
export function Quarantine({ answer, problems, zone }: QuarantineProps) {
  const kept = answer.data?.problems ?? []
  const ready = kept.filter(({ would_convert: would }) => (would ?? 0) > 0)
  const all = ready.reduce((sum, { would_convert: would }) => sum + (would ?? 0), 0)
  const bodiless =
    problems?.problems
      .filter(({ outcome }) => outcome === 'quarantined')
      .reduce((sum, { imported }) => sum + imported, 0) ?? 0
  const recovered = problems?.problems.reduce((sum, problem) => sum + problem.recovered, 0) ?? 0
  return (
    <section>
      <h2 class="section-head">
        Quarantine <span class="label">kept whole, as it was received, to be tried again</span>
      </h2>
      <Trouble what="the quarantine" answer={answer} />
      {answer.data !== null && kept.length === 0 && <p class="second invalid-none">Nothing waits here.</p>}
      {kept.length > 0 && (
        <table class="table quarantine">
          <caption class="visually-hidden">Submissions in quarantine, by problem</caption>
          <thead>
            <tr>
              <th scope="col">Problem</th>
              <th scope="col" class="figure">
                Submissions
              </th>
              <th scope="col" class="figure">
                Size
              </th>
              <th scope="col" class="quarantine-oldest">
                Oldest
              </th>
              <th scope="col">Would convert today</th>
            </tr>
          </thead>
          <tbody>
            {kept.map((problem) => (
              <tr key={problem.problem}>
                <th scope="row">{problem.problem}</th>
                <td class="figure">{count(problem.submissions)}</td>
                <td class="figure">{size(problem.bytes)}</td>
                <td class="second quarantine-oldest">{moment(Date.parse(problem.oldest), zone)}</td>
                <td>{wouldWords(problem, zone)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {ready.length > 0 && (
        <p class="quarantine-advice">
          {count(all)} of these would convert today.{' '}
          <Copyable
            text={`npm run -s tidewatch -- reprocess --problem ${ready.map(({ problem }) => problem).join(',')}`}
            what="the command that converts them"
          />
        </p>
      )}
      {bodiless > 0 && (
        <p class="second quarantine-advice">
          {count(bodiless)} of what was quarantined in this range {bodiless === 1 ? 'was' : 'were'} imported as counts:
          no body of them came here, so none waits.
        </p>
      )}
      {recovered > 0 && (
        <p class="second quarantine-advice">{count(recovered)} of this range were converted after all.</p>
      )}
    </section>
  )
}

function wouldWords(problem: QuarantineAnswer['problems'][number], zone: Zone): string {
  const { would_convert: would, checked_at: at } = problem
  const itself = mendsItself(problem.problem) ? '; is tried again by itself for 48 h' : ''
  if (would === null || at === null) return `not tried yet, every night at 03:30 UTC${itself}`
  return `${would === 0 ? 'none' : count(would)}, tried ${moment(Date.parse(at), zone)}${itself}`
}
