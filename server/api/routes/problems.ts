import { z } from 'zod'
import type { FoundCopy } from '../../../data/archive/reading/found-copy.ts'
import { readFirstSeen } from '../../../data/counts/queries/read-first-seen.ts'
import {
  type ProblemRow,
  readProblemBuilds,
  readProblems,
  readReceived,
} from '../../../data/counts/queries/read-problems.ts'
import { PROBLEMS } from '../../../data/domain/outcome.ts'
import { isoSeconds } from '../../../data/domain/time.ts'
import { countsStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { groupBy } from '../group-by.ts'
import type { CsvTable } from '../http/csv-table.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { readRangeCompleteness } from '../range-completeness.ts'
import { hoursParameters, nameParameter, wholeHours, wholeNumberParameter } from '../request.ts'
import { firstSeenAnswer, problemDetailAnswer, problemsAnswer } from '../schemas/problems.ts'
import { submissionsAnswer } from '../submissions-answer.ts'
import type { FirstSeenAnswer, ProblemDetailAnswer, ProblemsAnswer } from '../types.ts'

const query = z.strictObject({ ...hoursParameters, channel: nameParameter.optional().describe('Only this channel.') })

const USUAL_SAMPLES = 20
/** What was seen is told from so many. */
const MOST_SAMPLES = 200

/** What is wrong with submissions, and one of it with samples. */
export function problemOperations(api: ApiContext): readonly Operation[] {
  return [
    valueOperation({
      path: '/problems',
      id: 'listProblems',
      group: 'Problems',
      summary: 'What was wrong with submissions: how many, since when, where.',
      about: 'A submission counts once, under its first problem.',
      problems: ['invalid-parameter', 'busy', 'too-slow'],
      parameters: NO_PARAMETERS,
      query,
      answer: problemsAnswer,
      keep: (asked) => countsStamp(api, wholeHours(asked)),
      load: (asked) => problems(api, asked),
      csv: problemTable,
    }),
    valueOperation({
      path: '/problems/{problem}',
      id: 'getProblem',
      group: 'Problems',
      summary: 'One problem: its builds, what was seen, and the newest submissions that have it.',
      about: 'Samples are from archive and quarantine; there a submission stands under each of its problems.',
      problems: ['invalid-parameter', 'busy', 'too-slow'],
      parameters: z.strictObject({ problem: z.enum(PROBLEMS, `use one of ${PROBLEMS.join(', ')}`) }),
      query: z.strictObject({
        ...query.shape,
        samples: wholeNumberParameter(0, MOST_SAMPLES).optional().describe(`So many; ${USUAL_SAMPLES} by default.`),
      }),
      answer: problemDetailAnswer,
      load: (asked) => oneProblem(api, asked),
    }),
    valueOperation({
      path: '/first-seen',
      id: 'listFirstSeen',
      group: 'Problems',
      summary: 'What is new: problems, and values of the attributes that are watched, first seen in the range.',
      about: 'Of a channel that was first counted within the week before nothing is new yet.',
      problems: ['invalid-parameter', 'busy', 'too-slow'],
      parameters: NO_PARAMETERS,
      query,
      answer: firstSeenAnswer,
      // What was first seen depends on all that is older.
      keep: (asked) => countsStamp(api, { from: 0, to: wholeHours(asked).to }),
      load: (asked) => firstSeen(api, asked),
    }),
  ]
}

async function firstSeen(api: ApiContext, asked: z.output<typeof query>): Promise<FirstSeenAnswer> {
  const range = wholeHours(asked)
  const { channel } = asked
  const [rows, completeness] = await Promise.all([
    readFirstSeen(api.database, { ...range, ...(channel === undefined ? {} : { channel }) }),
    readRangeCompleteness(api, range),
  ])
  return {
    from: isoSeconds(range.from),
    to: isoSeconds(range.to),
    first_seen: rows.map(({ firstSeen, ...row }) => ({ ...row, first_seen: isoSeconds(firstSeen) })),
    completeness,
  }
}

async function problems(api: ApiContext, asked: z.output<typeof query>): Promise<ProblemsAnswer> {
  const range = wholeHours(asked)
  const { received, rows } = await counted(api, asked)
  const byProblem = groupBy(rows, ({ problem }) => problem)
  return {
    from: isoSeconds(range.from),
    to: isoSeconds(range.to),
    received,
    problems: [...byProblem.values()]
      .map((ofProblem) => summed(ofProblem, received))
      .filter((problem) => problem !== null)
      .sort((a, b) => b.submissions - a.submissions),
    completeness: await readRangeCompleteness(api, range),
  }
}

async function counted(api: ApiContext, asked: z.output<typeof query>) {
  const { channel } = asked
  const question = { ...wholeHours(asked), channels: channel === undefined ? [] : [channel], now: api.now() }
  const [rows, received] = await Promise.all([
    readProblems(api.database, question),
    readReceived(api.database, question),
  ])
  return { rows, received, question }
}

/** Null where there are no rows. */
function summed(rows: readonly ProblemRow[], received: number): ProblemsAnswer['problems'][number] | null {
  const [first] = rows
  if (first === undefined) return null
  const sum = (name: 'submissions' | 'invalid' | 'recovered' | 'imported') =>
    rows.reduce((total, row) => total + row[name], 0)
  return {
    problem: first.problem,
    outcome: first.outcome,
    submissions: sum('submissions'),
    rate: received > 0 ? sum('submissions') / received : 0,
    invalid: sum('invalid'),
    recovered: sum('recovered'),
    imported: sum('imported'),
    first_hour: isoSeconds(Math.min(...rows.map(({ firstHour }) => firstHour))),
    last_hour: isoSeconds(Math.max(...rows.map(({ lastHour }) => lastHour))),
    channels: rows.map(({ channel, submissions }) => ({ value: channel, submissions })),
  }
}

async function oneProblem(
  api: ApiContext,
  asked: z.output<typeof query> & {
    readonly problem: (typeof PROBLEMS)[number]
    readonly samples?: number | undefined
  },
): Promise<ProblemDetailAnswer> {
  const { problem, channel = null, samples = USUAL_SAMPLES } = asked
  const range = wholeHours(asked)
  const { rows, received, question } = await counted(api, asked)
  const [builds, found, completeness] = await Promise.all([
    readProblemBuilds(api.database, problem, question),
    api.findSamples({ problem, channel, since: range.from, until: range.to, most: MOST_SAMPLES }),
    readRangeCompleteness(api, range),
  ])
  return {
    from: isoSeconds(range.from),
    to: isoSeconds(range.to),
    counts: summed(
      rows.filter((row) => row.problem === problem),
      received,
    ),
    builds: builds.map(({ buildId, submissions }) => ({ value: buildId, submissions })),
    values: valuesSeen(found, problem),
    samples: submissionsAnswer({ copies: found.slice(0, samples), unreadSegments: 0 }).submissions,
    completeness,
  }
}

const MOST_VALUES = 50

/** The values that are to blame for the problem, those that stand in most samples first. */
function valuesSeen(samples: readonly FoundCopy[], problem: string): ProblemDetailAnswer['values'] {
  const seen = new Map<string, { readonly field: string; readonly value: string; samples: number }>()
  for (const { causes } of samples) {
    const own = causes.filter((cause) => cause.problem === problem)
    for (const [key, { field, value }] of new Map(
      own.map((cause) => [JSON.stringify([cause.field, cause.value]), cause]),
    )) {
      const known = seen.get(key) ?? { field, value, samples: 0 }
      known.samples += 1
      seen.set(key, known)
    }
  }
  return [...seen.values()].sort((a, b) => b.samples - a.samples).slice(0, MOST_VALUES)
}

/** One row a problem and channel. */
function problemTable({ problems: all }: ProblemsAnswer): CsvTable {
  return {
    columns: ['problem', 'outcome', 'channel', 'submissions', 'first_hour', 'last_hour'],
    rows: all.flatMap(({ problem, outcome, channels, first_hour, last_hour }) =>
      channels.map(({ value, submissions }) => [problem, outcome, value, submissions, first_hour, last_hour]),
    ),
  }
}
