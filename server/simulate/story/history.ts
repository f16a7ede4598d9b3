import type { BuildHistory, ChannelHistory, History } from '../../../data/counts/history.ts'
import { isInvalid, NO_PROBLEM, type Problem } from '../../../data/domain/outcome.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { type StoryCount, type StoryOptions, storyHours, storyRange } from './story.ts'

/** The story as the judge would read it from the counts, without a database. */
export function storyHistory(options: StoryOptions = {}): History {
  const { start, end } = storyRange(options)
  const hours = Math.ceil((end - start) / HOUR_MS)
  const zeros = () => new Float64Array(hours)
  const coverage = zeros()
  const channels = new Map<string, GrowingChannel>()
  for (const { hour, coverageRatio, counts, attributes } of storyHours(options)) {
    const i = Math.round((hour - start) / HOUR_MS)
    coverage[i] = coverageRatio
    for (const count of counts) {
      const channel = entry(channels, count.channel, () => ({
        ...emptySeries(zeros),
        builds: new Map(),
        appVersions: new Map(),
        discarded: new Map(),
        attributes: new Map(),
      }))
      addCount(channel, count, i, zeros)
      addCount(
        entry(channel.builds, count.buildId, () => emptySeries(zeros)),
        count,
        i,
        zeros,
      )
      plus(entry(channel.appVersions, count.appVersion, zeros), i, count.submissions)
    }
    for (const { channel, attribute, value, submissions } of attributes) {
      const values = channels.get(channel)?.attributes
      if (values !== undefined)
        plus(
          entry(
            entry(values, attribute, () => new Map()),
            value,
            zeros,
          ),
          i,
          submissions,
        )
    }
  }
  return { start, hours, coverage, channels }
}

interface GrowingSeries extends BuildHistory {
  readonly reasons: Map<string, Float64Array>
  readonly problems: Map<Problem, Float64Array>
}

interface GrowingChannel extends GrowingSeries, ChannelHistory {
  readonly reasons: Map<string, Float64Array>
  readonly problems: Map<Problem, Float64Array>
  readonly builds: Map<string, GrowingSeries>
  readonly appVersions: Map<string, Float64Array>
  readonly attributes: Map<string, Map<string, Float64Array>>
}

function emptySeries(zeros: () => Float64Array): GrowingSeries {
  return { received: zeros(), invalid: zeros(), reasons: new Map(), problems: new Map() }
}

function addCount(series: GrowingSeries, count: StoryCount, i: number, zeros: () => Float64Array): void {
  plus(series.received, i, count.submissions)
  plus(entry(series.reasons, count.reason, zeros), i, count.submissions)
  if (count.problem === NO_PROBLEM) return
  plus(entry(series.problems, count.problem, zeros), i, count.submissions)
  // Age 0: what may still mend itself is left out, as in the history of the database.
  if (isInvalid(count.outcome, count.problem, 0)) plus(series.invalid, i, count.submissions)
}

function plus(series: Float64Array, i: number, count: number): void {
  series[i] = (series[i] ?? 0) + count
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
