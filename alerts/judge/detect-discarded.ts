import type { DiscardedHistory } from '../../data/counts/history.ts'
import { DISCARD_CAUSES, type DiscardCause } from '../../data/domain/discard.ts'
import type { DiscardedNumbers } from '../finding.ts'
import type { ChannelCounts } from './builds.ts'
import type { Alarm } from './detect-volume.ts'
import type { ChannelMemory, JudgeMemory } from './memory.ts'
import type { Probe } from './probe.ts'
import { learnRates, type RatedSeries, risenRate } from './rates.ts'
import { ofDiscarded } from './sensitivity.ts'
import { at, DAY_HOURS, type HourNumber, midnightOf, place } from './window.ts'

/**
 * The usual shares of today, of both causes: one that never occurred is usually none, and the first day of it is the day to
 * tell. Call before the noise is marked as learnt.
 */
export function updateDiscardRates(
  memory: JudgeMemory,
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
): void {
  const midnight = midnightOf(hour)
  if (memory.noiseOf === midnight) return
  channel.discardRates = new Map(
    DISCARD_CAUSES.map((cause) => [cause, learnRates(discardSeries(channel, source, cause), midnight)]),
  )
}

/**
 * Submissions of one channel that are answered 202 for their size and not kept: a payload that grows past the limit is an
 * outage that nothing else shows. One alarm a cause whose share of what was offered rises.
 */
export function detectDiscarded(
  channel: ChannelMemory,
  source: ChannelCounts,
  hour: HourNumber,
  probe?: Probe,
): readonly Alarm[] {
  if (channel.discardRated[place(hour)] !== 1) return []
  return [...channel.discardRates].flatMap(([cause, baseline]): Alarm[] => {
    if (!source.counts.discarded.has(cause)) return []
    const series = { cause }
    const watch = probe && { probe, look: { detector: 'discarded' as const, channel: channel.name, series } }
    const risen = risenRate(
      discardSeries(channel, source, cause),
      baseline,
      hour,
      ofDiscarded(channel.sensitivity),
      watch,
    )
    return risen === null ? [] : [{ kind: 'discarded', channel: channel.name, series, ...risen }]
  })
}

function discardSeries(channel: ChannelMemory, source: ChannelCounts, cause: DiscardCause): RatedSeries {
  return {
    rated: channel.discardRated,
    clean: channel.discardClean,
    whole: (hour) => offeredAt(source, hour),
    part: (hour) => discardedAt(source, cause, hour),
  }
}

/** What clients offered in an hour: what was received and what was discarded, for whatever cause. */
export function offeredAt({ counts, before, received }: ChannelCounts, hour: HourNumber): number {
  let offered = received(hour - before)
  for (const { submissions } of counts.discarded.values()) offered += at(submissions, hour - before)
  return offered
}

/** Discarded in an hour for `cause`. */
export function discardedAt({ counts, before }: ChannelCounts, cause: DiscardCause, hour: HourNumber): number {
  const discarded = counts.discarded.get(cause)
  return discarded === undefined ? 0 : at(discarded.submissions, hour - before)
}

/** Numbers of one hour; sizes are of the day that ends with it, as one hour may have none. */
export function discardedNumbers(source: ChannelCounts, cause: DiscardCause, hour: HourNumber): DiscardedNumbers {
  const offered = offeredAt(source, hour)
  const discarded = source.counts.discarded.get(cause)
  return {
    cause,
    offered,
    ratio: offered > 0 ? discardedAt(source, cause, hour) / offered : 0,
    ...(discarded === undefined ? { typicalBytes: 0, limitBytes: 0 } : sizesOf(discarded, hour - source.before)),
  }
}

/** The size in the middle of the last day's hours, each weighing what it discarded, and the limit that it was over. */
function sizesOf({ submissions, typicalBytes, limitBytes }: DiscardedHistory, index: number) {
  const hours = Array.from({ length: DAY_HOURS }, (_, back) => index - back)
    .filter((i) => at(submissions, i) > 0)
    .map((i) => ({ count: at(submissions, i), bytes: at(typicalBytes, i), limit: at(limitBytes, i) }))
  const sized = hours.filter(({ bytes }) => bytes > 0).sort((a, b) => a.bytes - b.bytes)
  let left = sized.reduce((sum, { count }) => sum + count, 0) / 2
  const middle = sized.find(({ count }) => {
    left -= count
    return left <= 0
  })
  return { typicalBytes: middle?.bytes ?? 0, limitBytes: hours.find(({ limit }) => limit > 0)?.limit ?? 0 }
}

/** Of several channels: their share together, the sizes of the one that discarded most. Throws where there are none. */
export function joinedDiscarded(all: readonly DiscardedNumbers[]): DiscardedNumbers {
  const [most] = [...all].sort((a, b) => b.ratio * b.offered - a.ratio * a.offered)
  if (most === undefined) throw new RangeError('no channel: there is nothing to join')
  const offered = all.reduce((sum, own) => sum + own.offered, 0)
  const discarded = all.reduce((sum, own) => sum + own.ratio * own.offered, 0)
  return { ...most, offered, ratio: offered > 0 ? discarded / offered : 0 }
}
