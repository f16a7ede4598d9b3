import { z } from 'zod'
import { type BuildAgeRow, readBuildAges } from '../../../data/counts/queries/read-build-ages.ts'
import { LOOK_BACK_MS, readSeenBuilds, type SeenBuild } from '../../../data/counts/queries/read-builds.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { type EpochMs, HOUR_MS, isoSeconds } from '../../../data/domain/time.ts'
import { countsStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { rangeCompletenessOf } from '../completeness.ts'
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
  limit: wholeNumberParameter(1, 200).optional().describe(`So many of the newest builds; ${USUAL_BUILDS} by default.`),
})

/** Builds that were first seen in a range, at the same age beside each other. */
export function buildsOperation(api: ApiContext): Operation {
  return valueOperation({
    path: '/builds',
    id: 'listBuilds',
    group: 'Builds',
    summary: 'Builds of a channel: first seen, adoption by age, invalid rate.',
    about:
      'A build counts as seen from the first hour in which it holds 0.2 % of its channel; one that was seen in the 90 days before the range is not new.',
    problems: ['invalid-parameter', 'busy', 'too-slow'],
    parameters: NO_PARAMETERS,
    query,
    answer: buildsAnswer,
    keep(asked) {
      const { from, to } = wholeHours(asked)
      return countsStamp(api, { from: from - LOOK_BACK_MS, to })
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
  const [seen, coverage] = await Promise.all([
    readSeenBuilds(database, { from, to, now, channel }),
    readCoverage(database, from, HOUR_MS, (to - from) / HOUR_MS),
  ])
  const newest = seen.toReversed().slice(0, limit)
  const rows = await readBuildAges(database, { channel, builds: newest, hours: ageCount, to, now })
  const byBuild = groupBy(rows, ({ buildId }) => buildId)
  const ages = Array.from({ length: ageCount }, (_, age) => age)
  /** Whether a submission of that hour would be counted. */
  const isKnown = (hour: EpochMs) => hour < Math.min(to, countedUpTo) && (coverage[(hour - from) / HOUR_MS] ?? 0) > 0
  return {
    channel,
    from: isoSeconds(from),
    to: isoSeconds(to),
    ages,
    builds: newest.map((build) => described(build, { ages, rows: byBuild.get(build.buildId) ?? [], isKnown })),
    completeness: rangeCompletenessOf({ from, coverage, countedUpTo }),
  }
}

function described(
  { buildId, firstSeen, received, invalid, shareRatio }: SeenBuild,
  adoption: {
    readonly ages: readonly number[]
    readonly rows: readonly BuildAgeRow[]
    isKnown(hour: EpochMs): boolean
  },
): BuildsAnswer['builds'][number] {
  const rowAt = new Map(adoption.rows.map((row) => [row.age, row]))
  const column = (value: (row: BuildAgeRow | undefined) => number | null) =>
    adoption.ages.map((age) => (adoption.isKnown(firstSeen + age * HOUR_MS) ? value(rowAt.get(age)) : null))
  return {
    build_id: buildId,
    first_seen: isoSeconds(firstSeen),
    received,
    share: shareRatio,
    invalid_rate: received > 0 ? invalid / received : null,
    adoption: {
      received: column((row) => row?.received ?? 0),
      share: column((row) => (row === undefined ? null : row.received / row.channelReceived)),
      invalid_rate: column((row) => (row === undefined || row.received === 0 ? null : row.invalid / row.received)),
    },
  }
}

/** One row a build and age. */
function buildTable({ channel, ages, builds }: BuildsAnswer): CsvTable {
  return {
    columns: ['channel', 'build_id', 'first_seen', 'age_hours', 'received', 'share', 'invalid_rate'],
    rows: builds.flatMap(({ build_id, first_seen, adoption }) =>
      ages.map((age, index) => [
        channel,
        build_id,
        first_seen,
        age,
        adoption.received[index] ?? null,
        adoption.share[index] ?? null,
        adoption.invalid_rate[index] ?? null,
      ]),
    ),
  }
}
