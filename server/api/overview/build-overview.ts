import { standingBuild } from '../../../alerts/gate/material-builds.ts'
import type { Incident } from '../../../alerts/incident.ts'
import { topSentences } from '../../../alerts/sentence/top-sentences.ts'
import type { DiscardedRow } from '../../../data/counts/queries/read-discarded.ts'
import type { ExpectationRow } from '../../../data/counts/queries/read-expectations.ts'
import type { SeriesRow } from '../../../data/counts/queries/read-series.ts'
import { UNKNOWN } from '../../../data/domain/dimensions.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../../data/domain/time.ts'
import { completenessOf } from '../completeness.ts'
import type { JudgedBuild } from '../gate/judge-builds.ts'
import { incidentAnswer } from '../incident-answer.ts'
import type { ChannelOverview, Freshness, OverviewAnswer } from '../types.ts'
import { channelStates } from './channel-state.ts'
import { discardedByCause } from './discarded-answer.ts'
import { tideTable } from './tide-table.ts'

export const WEEK_HOURS = 7 * 24
const FORECAST_HOURS = 12
const DISCARDED_HOURS = 24
const SHOWN_AFTER_RESOLVED_MS = 7 * DAY_MS

/** Everything an overview is made of, as plain values. */
export interface OverviewInput {
  readonly now: EpochMs
  readonly countedUpTo: EpochMs
  readonly freshness: Freshness
  readonly receiveUrl: string
  /** By channel and hour, from `weekStart(countedUpTo)` on. */
  readonly counts: readonly SeriesRow[]
  /** By channel and cause, of the 24 hours before the running hour. */
  readonly discarded: readonly DiscardedRow[]
  /** From the day before yesterday's start, for the tide table, or the week's start, to what is forecast. */
  readonly expectations: readonly ExpectationRow[]
  /** Coverage 0 to 1 of each hour from `weekStart(countedUpTo)` on. */
  readonly coverage: readonly number[]
  /** Those that may stand for their channel; newest first seen last. */
  readonly builds: readonly JudgedBuild[]
  /** Channels that reported in the last months, most submissions first. */
  readonly channels: readonly string[]
  readonly incidents: readonly Incident[]
  readonly firstHeard: EpochMs | null
  learning(channel: string): { readonly days: number; readonly of: number } | null
}

/** First hour of the sparklines: the running hour is the last of seven days. */
export function weekStart(countedUpTo: EpochMs): EpochMs {
  return startOfHour(countedUpTo) - (WEEK_HOURS - 1) * HOUR_MS
}

/** What the first page says, from plain values. */
export function buildOverview(input: OverviewInput): OverviewAnswer {
  const start = weekStart(input.countedUpTo)
  const shown = input.incidents
    .filter((incident) => incident.resolvedAt === null || incident.resolvedAt > input.now - SHOWN_AFTER_RESOLVED_MS)
    .toSorted((a, b) => activeFirst(a) - activeFirst(b) || b.id - a.id)
  return {
    sentences: overviewSentences(input),
    freshness: input.freshness,
    week_start: isoSeconds(start),
    week_completeness: completenessOf({
      from: start,
      stepMs: HOUR_MS,
      coverage: input.coverage.slice(0, WEEK_HOURS - 1),
      countedUpTo: input.countedUpTo,
    }),
    receive_url: input.receiveUrl,
    channels: input.channels.map((channel) => channelOverview(input, channel)),
    incidents: shown.map(incidentAnswer),
    tide_table: tideTable(totals(input), input.now),
  }
}

/** The sentences of all channels, or of one alone. */
export function overviewSentences(input: OverviewInput, channel?: string): OverviewAnswer['sentences'] {
  const asked = channel === undefined ? input.channels : [channel]
  const learnt = asked.filter((name) => input.learning(name) === null)
  // A new channel among known ones is learnt in its row; the page speaks of the others.
  const channels = learnt.length > 0 ? learnt : asked
  const learning = learnt.length > 0 ? null : furthest(asked.map((name) => input.learning(name)))
  const incidents =
    channel === undefined
      ? input.incidents
      : input.incidents.filter((incident) => incident.channels.includes(channel) || incident.channels.includes('*'))
  return topSentences({
    channels,
    incidents,
    freshness: { countedUpTo: input.countedUpTo, now: input.now, judgedUpTo: judgedUpTo(input.freshness) },
    learning,
  })
}

function judgedUpTo({ judged_up_to: at }: Freshness): EpochMs | null {
  return at === null ? null : Date.parse(at)
}

type Progress = ChannelOverview['learning']

function furthest(progress: readonly Progress[]): Progress {
  return progress.reduce((best, next) => (next !== null && next.days > (best?.days ?? -1) ? next : best), null)
}

/** One channel's row. */
export function channelOverview(input: OverviewInput, channel: string): ChannelOverview {
  const start = weekStart(input.countedUpTo)
  const running = startOfHour(input.countedUpTo)
  const newest = running - HOUR_MS
  const byHour = new Map(input.counts.filter((row) => row.key === channel).map((row) => [row.time, row]))
  const expectedByHour = new Map(
    input.expectations.filter((row) => row.channel === channel).map((row) => [row.hour, row]),
  )
  const isCovered = (hour: EpochMs) => (input.coverage[(hour - start) / HOUR_MS] ?? 0) > 0 || byHour.has(hour)
  const seenAt = (hour: EpochMs) => (isCovered(hour) ? (byHour.get(hour)?.received ?? 0) : null)
  const invalidAt = (hour: EpochMs) => {
    const row = byHour.get(hour)
    return row === undefined || row.received === 0 ? null : row.invalid / row.received
  }
  const pastHours = Array.from({ length: WEEK_HOURS - 1 }, (_, i) => start + i * HOUR_MS)
  const shownHours = Array.from({ length: WEEK_HOURS + FORECAST_HOURS }, (_, i) => start + i * HOUR_MS)
  const expected = expectedByHour.get(newest) ?? null
  const seen = seenAt(newest)
  return {
    channel,
    states: channelStates(
      {
        channel,
        learning: input.learning(channel),
        unheardSince: unheardSince(input, start, newest),
        firstHeard: input.firstHeard,
      },
      input.incidents,
    ).map(({ state, since }) => ({ state, since: since === null ? null : isoSeconds(since) })),
    hour: isoSeconds(newest),
    seen,
    expected: expected === null ? null : { low: expected.low, mid: expected.mid, high: expected.high },
    of_expected: expected === null || seen === null || expected.mid <= 0 ? null : seen / expected.mid,
    invalid_rate: invalidAt(newest),
    discarded: discardedOf(input, channel),
    so_far: byHour.get(running)?.received ?? 0,
    week: {
      seen: pastHours.map(seenAt),
      low: shownHours.map((hour) => expectedByHour.get(hour)?.low ?? null),
      high: shownHours.map((hour) => expectedByHour.get(hour)?.high ?? null),
      invalid_rate: pastHours.map(invalidAt),
    },
    newest_build: newestBuild(input.builds, channel),
    learning: input.learning(channel),
  }
}

/** Where the path names no channel, of what all channels received: whatever is kept of these clients is counted there. */
function discardedOf({ discarded, counts, countedUpTo }: OverviewInput, channel: string): ChannelOverview['discarded'] {
  const to = startOfHour(countedUpTo)
  const received = counts
    .filter(
      ({ key, time }) => (key === channel || channel === UNKNOWN) && time < to && time >= discardedFrom(countedUpTo),
    )
    .reduce((sum, row) => sum + row.received, 0)
  return discardedByCause(
    discarded.filter((row) => row.channel === channel),
    received,
  )
}

/** Start of the hours that the overview counts discarded submissions of. */
export function discardedFrom(countedUpTo: EpochMs): EpochMs {
  return startOfHour(countedUpTo) - DISCARDED_HOURS * HOUR_MS
}

function activeFirst(incident: Incident): number {
  return incident.state === 'open' || incident.state === 'recovering' ? 0 : 1
}

/**
 * Start of the uncovered stretch that reaches to the newest complete hour; null while somebody listened in it, and before
 * anybody ever did.
 */
function unheardSince(input: OverviewInput, weekStart: EpochMs, newest: EpochMs): EpochMs | null {
  if (input.firstHeard === null) return null
  const first = Math.max(weekStart, startOfHour(input.firstHeard))
  let hour = newest
  while (hour >= first && (input.coverage[(hour - weekStart) / HOUR_MS] ?? 0) === 0) hour -= HOUR_MS
  return hour === newest || newest < first ? null : hour + HOUR_MS
}

function newestBuild(builds: readonly JudgedBuild[], channel: string): ChannelOverview['newest_build'] {
  const judged = standingBuild(builds.filter(({ build }) => build.channel === channel))
  const reason = judged?.reasons[0]
  if (judged === null || reason === undefined) return null
  const { build, verdict, knownAt } = judged
  return {
    build_id: build.buildId,
    first_seen: isoSeconds(build.firstSeen),
    share: build.shareRatio,
    invalid_rate: build.received > 0 ? build.invalid / build.received : 0,
    verdict,
    reason,
    known_at: knownAt === null ? null : isoSeconds(knownAt),
  }
}

function totals(input: OverviewInput): { hour: EpochMs; expected: number; seen: number | null }[] {
  const running = startOfHour(input.countedUpTo)
  const seenByHour = new Map<EpochMs, number>()
  for (const row of input.counts) seenByHour.set(row.time, (seenByHour.get(row.time) ?? 0) + row.received)
  const expectedByHour = new Map<EpochMs, number>()
  for (const row of input.expectations) expectedByHour.set(row.hour, (expectedByHour.get(row.hour) ?? 0) + row.mid)
  return [...expectedByHour]
    .sort((a, b) => a[0] - b[0])
    .map(([hour, expected]) => ({ hour, expected, seen: hour < running ? (seenByHour.get(hour) ?? null) : null }))
}
