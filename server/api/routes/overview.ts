import { z } from 'zod'
import { materialBuilds } from '../../../alerts/gate/material-builds.ts'
import { readSeenBuilds, type SeenBuild } from '../../../data/counts/queries/read-builds.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { readLateHours } from '../../../data/counts/queries/read-late-hours.ts'
import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { presentStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { NO_PARAMETERS, type Operation, valueOperation } from '../http/operation.ts'
import { incidentAnswer } from '../incident-answer.ts'
import { buildOverview, channelOverview, type OverviewInput, overviewSentences } from '../overview/build-overview.ts'
import { createOverviewLoader } from '../overview/load-overview.ts'
import { readRangeCompleteness } from '../range-completeness.ts'
import { hoursParameters, RequestError, wholeHours } from '../request.ts'
import { channelAnswer as channelSchema, overviewAnswer } from '../schemas/overview.ts'
import type { ChannelAnswer } from '../types.ts'

/** Two decades: it goes with series by the day, which may be as long. */
const MOST_HOURS = 20 * 366 * 24 + 24

/** Every channel at a glance, and one of them. */
export function overviewOperations(api: ApiContext): readonly Operation[] {
  const loadOverview = createOverviewLoader(api)
  return [
    valueOperation({
      path: '/overview',
      id: 'getOverview',
      group: 'Counts',
      summary:
        'Every channel: its state, the newest hour against what was expected, a week, incidents, the tide table.',
      problems: ['invalid-parameter', 'busy', 'too-slow'],
      parameters: NO_PARAMETERS,
      query: NO_PARAMETERS,
      answer: overviewAnswer,
      keep: () => presentStamp(api),
      load: async () => buildOverview(await loadOverview()),
    }),
    valueOperation({
      path: '/channels/{channel}',
      id: 'getChannel',
      group: 'Counts',
      summary: 'One channel: what a page about it needs besides its series.',
      problems: ['invalid-parameter', 'not-found', 'busy', 'too-slow'],
      parameters: z.strictObject({ channel: z.string().meta({ examples: ['nightly'] }) }),
      query: z.strictObject(hoursParameters),
      answer: channelSchema,
      keep: () => presentStamp(api),
      load: async ({ channel, ...range }) =>
        channelAnswer(api, await loadOverview(), channel, wholeHours(range, MOST_HOURS)),
    }),
  ]
}

async function channelAnswer(
  api: ApiContext,
  input: OverviewInput,
  channel: string,
  asked: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<ChannelAnswer> {
  if (!input.channels.includes(channel)) {
    throw new RequestError(
      'not-found',
      `no submission was counted for channel "${channel}" in the last months: known are ${input.channels.join(', ') || 'none'}`,
    )
  }
  const incidents = input.incidents.filter(
    (incident) =>
      (incident.channels.includes(channel) || incident.channels.includes('*')) &&
      incident.start < asked.to &&
      (incident.end ?? Number.POSITIVE_INFINITY) > asked.from,
  )
  const blamed = new Set(incidents.flatMap((incident) => incident.explanation.carriers.flatMap(blamedBuild)))
  const [builds, completeness, gaps, late] = await Promise.all([
    readSeenBuilds(api.database, { ...asked, channel }),
    readRangeCompleteness(api, asked),
    gapsIn(api, asked, input.firstHeard),
    readLateHours(api.database, asked),
  ])
  return {
    channel,
    overview: channelOverview(input, channel),
    sentences: overviewSentences(input, channel),
    freshness: input.freshness,
    incidents: incidents.map(incidentAnswer),
    completeness,
    gaps,
    late_hours: late.map(({ hour, addedAt }) => ({ hour: isoSeconds(hour), added_at: isoSeconds(addedAt) })),
    builds: ticksOf(builds, blamed, { now: api.now(), incidents: input.incidents }).map((build) => ({
      build_id: build.buildId,
      first_seen: isoSeconds(build.firstSeen),
      blamed: blamed.has(build.buildId),
    })),
  }
}

/** What people build for themselves is no event of the channel. */
function ticksOf(
  builds: readonly SeenBuild[],
  blamed: ReadonlySet<string>,
  known: Parameters<typeof materialBuilds>[1],
): readonly SeenBuild[] {
  const material = new Set(materialBuilds(builds, known))
  return builds.filter((build) => material.has(build) || blamed.has(build.buildId))
}

function blamedBuild(carrier: { readonly dimension: string; readonly value: string }): readonly string[] {
  return carrier.dimension === 'build' ? [carrier.value] : []
}

/** Hours nobody listened in, joined; before the first covered hour there was nothing to listen to. */
async function gapsIn(
  api: ApiContext,
  asked: { readonly from: EpochMs; readonly to: EpochMs },
  firstHeard: EpochMs | null,
): Promise<ChannelAnswer['gaps']> {
  if (firstHeard === null) return []
  const from = Math.max(startOfHour(asked.from), startOfHour(firstHeard))
  const to = Math.min(asked.to, startOfHour(Date.parse(api.freshness().counted_up_to)))
  const count = Math.max(0, Math.floor((to - from) / HOUR_MS))
  const coverage = await readCoverage(api.database, from, HOUR_MS, count)
  const gaps: { from: EpochMs; to: EpochMs }[] = []
  for (const [index, share] of coverage.entries()) {
    if (share > 0) continue
    const hour = from + index * HOUR_MS
    const last = gaps.at(-1)
    if (last !== undefined && last.to === hour) last.to = hour + HOUR_MS
    else gaps.push({ from: hour, to: hour + HOUR_MS })
  }
  return gaps.map((gap) => ({ from: isoSeconds(gap.from), to: isoSeconds(gap.to), reason: 'no receiver was running' }))
}
