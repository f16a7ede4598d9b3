import type { ChannelOverview, OverviewAnswer } from '../../server/api/types.ts'

type Known = number | null
type Sum = Pick<ChannelOverview, 'seen' | 'expected' | 'of_expected' | 'invalid_rate' | 'so_far' | 'hour' | 'week'>

/**
 * All channels together, hour by hour. What isn't known of one isn't known of the sum. Shores are added as if all channels strayed
 * the same way at once: the widest that the sum's water can be, so it never shows dry ground that isn't there.
 */
export function sumOfChannels({ channels }: OverviewAnswer): Sum {
  const seen = added(channels.map((channel) => channel.seen))
  const low = added(channels.map(({ expected }) => expected?.low ?? null))
  const mid = added(channels.map(({ expected }) => expected?.mid ?? null))
  const high = added(channels.map(({ expected }) => expected?.high ?? null))
  return {
    hour: channels[0]?.hour ?? '',
    seen,
    expected: low === null || mid === null || high === null ? null : { low, mid, high },
    of_expected: seen === null || mid === null || mid === 0 ? null : seen / mid,
    invalid_rate: rateOf(
      channels.map((channel) => channel.seen),
      channels.map((channel) => channel.invalid_rate),
    ),
    so_far: channels.reduce((sum, channel) => sum + channel.so_far, 0),
    week: {
      seen: columns(channels, ({ week }) => week.seen).map(added),
      low: columns(channels, ({ week }) => week.low).map(added),
      high: columns(channels, ({ week }) => week.high).map(added),
      invalid_rate: columns(channels, ({ week }) => week.invalid_rate).map((rates, hour) =>
        rateOf(
          channels.map(({ week }) => week.seen[hour] ?? null),
          rates,
        ),
      ),
    },
  }
}

/** Null where one of them is unknown, or there is none. */
function added(values: readonly Known[]): Known {
  let sum = 0
  for (const value of values) {
    if (value === null) return null
    sum += value
  }
  return values.length === 0 ? null : sum
}

/** The rate of all together: each weighs by what came of it. */
function rateOf(weights: readonly Known[], rates: readonly Known[]): Known {
  const parts = weights.map((weight, index) => {
    const rate = rates[index] ?? null
    if (weight === 0) return 0
    return weight === null || rate === null ? null : weight * rate
  })
  const [invalid, whole] = [added(parts), added(weights)]
  return invalid === null || whole === null || whole === 0 ? null : invalid / whole
}

/** For each hour the value of every channel; a channel's column may end before another's. */
function columns(
  channels: OverviewAnswer['channels'],
  column: (channel: ChannelOverview) => readonly Known[],
): readonly (readonly Known[])[] {
  const all = channels.map(column)
  const hours = Math.max(0, ...all.map(({ length }) => length))
  return Array.from({ length: hours }, (_, hour) => all.map((values) => values[hour] ?? null))
}
