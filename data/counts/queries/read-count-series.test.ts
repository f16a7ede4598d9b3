import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importReceiver } from '../../domain/import-source.ts'
import { isInvalid, OUTCOME_OF_PROBLEM, type Outcome, type Problem } from '../../domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, startOfHour, startOfMinute } from '../../domain/time.ts'
import { type Database, openDatabase } from '../database.ts'
import { DEFAULT_NAME_RULES } from '../fold-names.ts'
import type { Interval } from '../intervals.ts'
import { mergeConverted } from '../merge.ts'
import { raiseRecovered } from '../raise-recovered.ts'
import { settleHours } from '../settle-hours.ts'
import { TEST_HOUR, type TestRecord, testIndex } from '../testing/converted-index.ts'
import {
  COUNT_DIMENSIONS,
  COUNT_METRICS,
  type CountDimension,
  type CountQuestion,
  MINUTE_COUNT_DIMENSIONS,
} from './count-question.ts'
import { readCountSeries } from './read-count-series.ts'
import { STEP_MS, type Step, stepsOf } from './steps.ts'

/** Nine days, so that weeks, days and hours are cut at their ends. */
const FROM = TEST_HOUR - 3 * DAY_MS
const SPAN_MS = 9 * DAY_MS
const NOW = FROM + 8 * DAY_MS

/** A submission as the counts should have it, and nothing of how they keep it. */
interface Submission {
  readonly at: EpochMs
  readonly channel: string
  readonly reason: string
  readonly build: string
  readonly outcome: Outcome
  readonly problem: Problem | 'none'
  readonly automation: boolean
  readonly isRepeated: boolean
  readonly recovered: boolean
  readonly source: string
}

const PROBLEMS: readonly (Problem | 'none')[] = [
  'none',
  'bad_histogram',
  'unknown_histogram',
  'invalid_revision',
  'unknown_revision',
  'specification_unavailable',
  'bad_json',
]
const SOURCES = ['live', 'old logs']

const submission: fc.Arbitrary<Submission> = fc
  .record({
    // Most of them in the last hours before now, where what is invalid depends on it.
    at: fc.oneof(
      fc.integer({ min: 0, max: SPAN_MS - 1 }).map((ms) => FROM + ms),
      fc.integer({ min: 0, max: 12 * HOUR_MS }).map((ms) => NOW - ms),
    ),
    channel: fc.constantFrom('nightly', 'aurora', "o'dd"),
    reason: fc.constantFrom('idle-daily', 'saved-session'),
    build: fc.constantFrom('20140116030203', '20140117030203', '20140118030203', 'OTHER'),
    problem: fc.constantFrom(...PROBLEMS),
    isRepeated: fc.nat(9).map((n) => n === 0),
    automation: fc.nat(9).map((n) => n === 0),
    recovered: fc.boolean(),
    source: fc.constantFrom(...SOURCES),
  })
  .map((given) => {
    const problem = given.isRepeated ? 'none' : given.problem
    const outcome = problem === 'none' ? 'accepted' : OUTCOME_OF_PROBLEM[problem]
    return { ...given, outcome, problem, recovered: given.recovered && outcome === 'quarantined' }
  })

const VALUES: Readonly<Record<CountDimension, readonly string[]>> = {
  channel: ['nightly', 'aurora', "o'dd", 'nobody'],
  reason: ['idle-daily', 'saved-session'],
  app: ['Firefox', 'Fennec'],
  version: ['29.0a1', '28.0'],
  build: ['20140116030203', '20140117030203', 'OTHER'],
  outcome: ['accepted', 'salvaged', 'quarantined', 'rejected', 'duplicate'],
  problem: [...PROBLEMS],
  source: SOURCES,
}

function questionOf(dimensions: readonly CountDimension[], step: fc.Arbitrary<Step>): fc.Arbitrary<CountQuestion> {
  const filters = Object.fromEntries(
    dimensions.map((dimension) => [dimension, fc.subarray([...VALUES[dimension]], { minLength: 1 })]),
  )
  return fc.record({
    from: fc.integer({ min: -DAY_MS, max: 6 * DAY_MS }).map((ms) => FROM + ms),
    to: fc.integer({ min: 6 * DAY_MS + 1, max: 10 * DAY_MS }).map((ms) => FROM + ms),
    step,
    metric: fc.constantFrom(...COUNT_METRICS),
    where: fc.record(filters, { requiredKeys: [] }),
    by: fc.option(fc.constantFrom(...dimensions)),
    top: fc.integer({ min: 1, max: 4 }),
    now: fc.constant(NOW),
    countedUpTo: fc.constant(NOW - 5 * MINUTE_MS),
  })
}

const coverage = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: SPAN_MS / HOUR_MS }), fc.integer({ min: 1, max: 4 * 24 }))
    .map(([from, hours]) => ({ from: FROM + from * HOUR_MS, to: FROM + (from + hours) * HOUR_MS })),
  { minLength: 1, maxLength: 3 },
)

/** Brings the submissions in as the service does: in segments that are merged, with hours settled in between. */
async function count(db: Database, submissions: readonly Submission[], covered: readonly Interval[]): Promise<void> {
  const options = { now: NOW, duplicateWindowMs: 30 * DAY_MS, seen: null, coverageToleranceMs: 0, journal: null }
  const middle = Math.ceil(submissions.length / 2)
  const parts = [submissions.slice(0, middle), submissions.slice(middle)]
  for (const [number, part] of parts.entries()) {
    for (const source of SOURCES) {
      const ofSource = part.filter((each) => each.source === source)
      const segment = `${source}-${number}`
      const isFirst = segment === 'live-0'
      const index = testIndex(segment, ofSource.flatMap(recordsOf), {
        receiver: source === 'live' ? 'edge-1' : importReceiver(source),
        coverage: isFirst ? covered.map((each) => ({ receiver: 'edge-1', ...each })) : [],
      })
      await mergeConverted(db, index, options)
      const late = ofSource.filter(({ recovered }) => recovered)
      await db.inTransaction((transaction) =>
        raiseRecovered(
          transaction,
          late.map((each) => convertedLate(each, segment)),
        ),
      )
    }
    const hours = [...new Set(part.map(({ at }) => startOfHour(at)))]
    if (number === 0) await settleHours(db, hours, hours.length % 2 === 0 ? DEFAULT_NAME_RULES : null)
  }
}

/** A duplicate comes with what it repeats. */
function recordsOf(given: Submission, position: number): TestRecord[] {
  const { at, channel, reason, build: buildId, automation, problem, isRepeated } = given
  const record = { at, channel, reason, buildId, automation, key: `${given.source} ${at} ${position}` }
  if (isRepeated) return [record, record]
  return problem === 'none' ? [record] : [{ ...record, problem }]
}

function convertedLate({ at, channel, reason, build, outcome, problem, automation }: Submission, segment: string) {
  const dimensions = { channel, reason, appName: 'Firefox', appVersion: '29.0a1', buildId: build }
  return { receivedAt: at, segment, dimensions, outcome, problem, automation }
}

/** The answer as a person with a pencil would find it. */
function bruteForce(submissions: readonly Submission[], covered: readonly Interval[], question: CountQuestion) {
  const { step, metric, by, top, where } = question
  const times = stepsOf(question.from, question.to, step)
  const stepOf = (at: EpochMs) => times.findIndex((time) => at >= time && at < time + STEP_MS[step])
  const nameOf = (each: Submission, dimension: CountDimension): string =>
    dimension === 'app' ? 'Firefox' : dimension === 'version' ? '29.0a1' : each[dimension]
  const holds = (each: Submission, dimensions: readonly CountDimension[]) =>
    dimensions.every((dimension) => where[dimension]?.includes(nameOf(each, dimension)) ?? true)
  const within = submissions.filter(
    (each) => !each.automation && stepOf(each.at) >= 0 && (step !== 'minute' || each.source === 'live'),
  )
  const isOfShare = metric === 'share' && by === null
  const chosen = within.filter((each) => holds(each, isOfShare ? ['channel'] : COUNT_DIMENSIONS))
  const isCounted = (each: Submission) => {
    if (metric === 'accepted') {
      return each.outcome === 'accepted' || each.outcome === 'salvaged' || (each.recovered && step !== 'minute')
    }
    if (metric === 'received' || metric === 'share') return !isOfShare || holds(each, COUNT_DIMENSIONS)
    const age = step === 'minute' ? NOW - startOfMinute(each.at) : NOW - startOfHour(each.at)
    return isInvalid(each.outcome, each.problem, age)
  }
  const groups = new Map<string, Submission[]>()
  for (const each of chosen) {
    const name = by === null ? '' : nameOf(each, by)
    groups.set(name, [...(groups.get(name) ?? []), each])
  }
  const ranked = [...groups].sort(
    ([a, mine], [b, others]) =>
      others.filter(isCounted).length - mine.filter(isCounted).length ||
      others.length - mine.length ||
      (a < b ? -1 : 1),
  )
  const named = ranked
    .slice(0, top)
    .map(([value, members]) => ({ value: by === null ? null : value, isRest: false, held: 1, members }))
  const left = ranked.slice(top)
  const rest = { value: null, isRest: true, held: left.length, members: left.flatMap(([, members]) => members) }
  const groupsAsked = left.length > 0 ? [...named, rest] : named
  if (groupsAsked.length === 0 && by === null) groupsAsked.push({ value: null, isRest: false, held: 0, members: [] })
  const coverage = times.map((time) => {
    let minutes = 0
    for (let at = time; at < time + STEP_MS[step]; at += MINUTE_MS) {
      if (covered.some(({ from, to }) => at >= from && at < to)) minutes += 1
    }
    return (minutes * MINUTE_MS) / STEP_MS[step]
  })
  const states = times.map((time, i) => {
    const isSeen = chosen.some((each) => stepOf(each.at) === i)
    if (time >= NOW || (coverage[i] === 0 && !isSeen)) return 'unknown'
    return coverage[i] === 1 && time + STEP_MS[step] <= question.countedUpTo ? 'complete' : 'partial'
  })
  const valueAt = (members: readonly Submission[], i: number): number | null => {
    if (states[i] === 'unknown') return null
    const ofStep = members.filter((each) => stepOf(each.at) === i)
    const counted = ofStep.filter(isCounted).length
    if (metric !== 'invalid_rate' && metric !== 'share') return counted
    const whole = metric === 'share' && by !== null ? chosen.filter((each) => stepOf(each.at) === i) : ofStep
    return whole.length === 0 ? null : counted / whole.length
  }
  const series = groupsAsked.map(({ members, ...rest }) => ({
    ...rest,
    values: times.map((_, i) => valueAt(members, i)),
  }))
  return { times, series, coverage, states }
}

describe('any question about counts is answered as by counting the submissions one by one', () => {
  const asked = async (
    submissions: readonly Submission[],
    covered: readonly Interval[],
    questions: readonly CountQuestion[],
  ) => {
    const db = await openDatabase(':memory:', { readConnections: 2 })
    try {
      await count(db, submissions, covered)
      for (const question of questions) {
        expect(await readCountSeries(db, question)).toEqual(bruteForce(submissions, covered, question))
      }
    } finally {
      await db.close()
    }
  }

  test('by hours, days and weeks, chosen and broken down by any dimension', { timeout: 120_000 }, async () => {
    const questions = fc.array(questionOf(COUNT_DIMENSIONS, fc.constantFrom('hour', 'day', 'week')), {
      minLength: 6,
      maxLength: 6,
    })
    await fc.assert(fc.asyncProperty(fc.array(submission, { maxLength: 60 }), coverage, questions, asked), {
      numRuns: 25,
    })
  })

  test('by minutes, which know fewer dimensions', { timeout: 120_000 }, async () => {
    const recent = questionOf(MINUTE_COUNT_DIMENSIONS, fc.constant('minute' as const)).map((question) => ({
      ...question,
      from: NOW - 30 * MINUTE_MS,
      to: NOW + 5 * MINUTE_MS,
    }))
    await fc.assert(
      fc.asyncProperty(
        fc.array(submission, { maxLength: 60 }),
        coverage,
        fc.array(recent, { minLength: 4, maxLength: 4 }),
        asked,
      ),
      { numRuns: 8 },
    )
  })
})

test('by the minute, a dimension that isn’t counted is refused in a sentence', async () => {
  const db = await openDatabase(':memory:')
  const question = { from: FROM, to: NOW, step: 'minute', metric: 'received', where: {}, by: 'build', top: 3 } as const
  await expect(readCountSeries(db, { ...question, now: NOW, countedUpTo: NOW })).rejects.toThrow(
    'by the minute only channel, outcome, problem are counted: use a longer step',
  )
  await db.close()
})
