import { z } from 'zod'
import type { Envelope } from '../../../alerts/gate/adoption.ts'
import { isMaterialBuild } from '../../../alerts/gate/material-builds.ts'
import { YOUNG_HOURS } from '../../../alerts/judge/builds.ts'
import { type BuildAgeRow, readBuildAges } from '../../../data/counts/queries/read-build-ages.ts'
import { LOOK_BACK_MS } from '../../../data/counts/queries/read-builds.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { type EpochMs, HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { countsStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { rangeCompletenessOf } from '../completeness.ts'
import { expectedAnswer } from '../gate/expected-answer.ts'
import { COMPARED_MS, type JudgedBuild, judgeBuilds, readComparedBuilds } from '../gate/judge-builds.ts'
import { groupBy } from '../group-by.ts'
import type { CsvTable } from '../http/csv-table.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { hoursParameters, nameParameter, wholeHours, wholeNumberParameter } from '../request.ts'
import { buildsAnswer } from '../schemas/builds.ts'
import type { BuildsAnswer } from '../types.ts'

const USUAL_AGES = 72
const USUAL_BUILDS = 30

const query = z.strictObject({
  channel: nameParameter.meta({ examples: ['nightly'] }),
  ...hoursParameters,
  ages: wholeNumberParameter(1, 336).optional().describe(`So many hours of each build; ${USUAL_AGES} by default.`),
  compare: nameParameter.optional().describe('The build that `envelope` is for; the newest by default.'),
  limit: wholeNumberParameter(1, 200).optional().describe(`So many of the newest builds; ${USUAL_BUILDS} by default.`),
})

/** Builds that were first seen in a range, at the same age beside each other. */
export function buildsOperation(api: ApiContext): Operation {
  return valueOperation({
    path: '/builds',
    id: 'listBuilds',
    group: 'Builds',
    summary: 'Builds of a channel: first seen, adoption by age beside earlier builds, invalid rate, verdict.',
    about:
      'A build counts as seen from the first hour in which it holds 0.2 % of its channel; one that was seen in the 90 days before the range is not new.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query,
    answer: buildsAnswer,
    keep(asked) {
      const { from, to } = wholeHours(asked)
      const counts = countsStamp(api, { from: from - COMPARED_MS - LOOK_BACK_MS, to })
      // Verdicts follow the incidents and the newest judged hour, whatever range is asked for.
      const incidents = api.incidents().map(({ id, state, label }) => `${id}${state}${label?.value ?? ''}`)
      return { ...counts, stamp: `${counts.stamp} ${api.judgedHour()} ${incidents.join()}` }
    },
    load: (asked) => answer(api, asked),
    csv: buildTable,
  })
}

async function answer(api: ApiContext, asked: z.output<typeof query>): Promise<BuildsAnswer> {
  const { channel, ages: ageCount = USUAL_AGES, limit = USUAL_BUILDS } = asked
  const { from, to } = wholeHours(asked)
  const { database } = api
  const now = api.now()
  const countedUpTo = Date.parse(api.freshness().counted_up_to)
  const [known, coverage] = await Promise.all([
    readComparedBuilds(api, { from, to, channel }),
    readCoverage(database, from, HOUR_MS, (to - from) / HOUR_MS),
  ])
  const newest = known
    .filter(({ firstSeen }) => firstSeen >= from)
    .toReversed()
    .slice(0, limit)
  const [rows, judged] = await Promise.all([
    readBuildAges(database, { channel, builds: newest, hours: ageCount, to, now }),
    judgeBuilds(api, newest, known, { ages: Math.max(ageCount, YOUNG_HOURS), envelopeOf: asked.compare }),
  ])
  const byBuild = groupBy(rows, ({ buildId }) => buildId)
  const ages = Array.from({ length: ageCount }, (_, age) => age)
  /** Whether a submission of that hour would be counted. */
  const isKnown = (hour: EpochMs) => hour < Math.min(to, countedUpTo) && (coverage[(hour - from) / HOUR_MS] ?? 0) > 0
  return {
    channel,
    from: isoSeconds(from),
    to: isoSeconds(to),
    ages,
    builds: judged.builds.map((each) =>
      described(each, {
        ages,
        rows: byBuild.get(each.build.buildId) ?? [],
        isKnown,
        isMaterial: isMaterialBuild(each.build, { now, incidents: api.incidents() }),
      }),
    ),
    envelope: envelopeAnswer(judged.envelopes.get(channel), ages),
    completeness: rangeCompletenessOf({ from, coverage, countedUpTo }),
  }
}

function described(
  { build, verdict, reasons: [reason], knownAt, adoption: compared }: JudgedBuild,
  adoption: {
    readonly ages: readonly number[]
    readonly rows: readonly BuildAgeRow[]
    isKnown(hour: EpochMs): boolean
    readonly isMaterial: boolean
  },
): BuildsAnswer['builds'][number] {
  const { buildId, firstSeen, received, invalid, shareRatio } = build
  if (reason === undefined) throw new Error(`the verdict on ${buildId} has no reason`)
  const rowAt = new Map(adoption.rows.map((row) => [row.age, row]))
  const column = (value: (row: BuildAgeRow | undefined) => number | null) =>
    adoption.ages.map((age) => (adoption.isKnown(firstSeen + age * HOUR_MS) ? value(rowAt.get(age)) : null))
  return {
    build_id: buildId,
    first_seen: isoSeconds(firstSeen),
    received,
    share: shareRatio,
    invalid_rate: received > 0 ? invalid / received : null,
    is_material: adoption.isMaterial,
    adoption: {
      received: column((row) => row?.received ?? 0),
      share: column((row) => (row === undefined ? null : row.received / row.channelReceived)),
      invalid_rate: column((row) => (row === undefined || row.received === 0 ? null : row.invalid / row.received)),
    },
    verdict,
    reason,
    known_at: knownAt === null ? null : isoSeconds(knownAt),
    expected: expectedAnswer(compared),
  }
}

function envelopeAnswer(
  envelope:
    | { readonly buildId: string; readonly builds: number; readonly byAge: readonly (Envelope | null)[] }
    | undefined,
  ages: readonly number[],
): BuildsAnswer['envelope'] {
  if (envelope === undefined) return null
  const column = (side: keyof Envelope) => ages.map((age) => envelope.byAge[age]?.[side] ?? null)
  return {
    build_id: envelope.buildId,
    builds: envelope.builds,
    low: column('low'),
    middle: column('middle'),
    high: column('high'),
  }
}

/** One row a build and age. */
function buildTable({ channel, ages, builds }: BuildsAnswer): CsvTable {
  return {
    columns: ['channel', 'build_id', 'first_seen', 'verdict', 'age_hours', 'received', 'share', 'invalid_rate'],
    rows: builds.flatMap(({ build_id, first_seen, verdict, adoption }) =>
      ages.map((age, index) => [
        channel,
        build_id,
        first_seen,
        verdict,
        age,
        adoption.received[index] ?? null,
        adoption.share[index] ?? null,
        adoption.invalid_rate[index] ?? null,
      ]),
    ),
  }
}
