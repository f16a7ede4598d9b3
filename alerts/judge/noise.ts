import { type ChannelMemory, type JudgeMemory, type SeriesMemory, type SeriesNoise, WINDOWS } from './memory.ts'
import { sortedQuantile } from './statistics.ts'
import { at, type HourNumber, midnightOf, NOISE_HOURS, place, WEEK_HOURS } from './window.ts'

/** No series is steadier than this. */
const LEAST_NOISE = 0.005
/** With less than a week of residuals the noise isn't known yet: it is taken for at least this. */
const UNLEARNT_NOISE = 0.15
/**
 * A tail heavier than so many times the middle is trouble that nobody was told of, or a season that was hardly known, and no noise: it would
 * blind the judge for a month.
 */
const HEAVIEST_TAIL = 1.6
/** While all channels move together by more than this, residuals say little about usual noise. */
const LARGEST_SHARED = 0.06
const THREE_HOURS = WINDOWS.indexOf(3)

/**
 * How far quiet hours stray, learnt each midnight from the four weeks before it. Only windows without any incident count, and
 * two quantiles are asked rather than a standard deviation, so that what nobody noticed can't blind the judge to the same.
 */
export function updateNoise(memory: JudgeMemory, hour: HourNumber): void {
  const midnight = midnightOf(hour)
  if (memory.noiseOf === midnight) return
  for (const channel of memory.channels) {
    for (const series of channel.series) series.noise = learnNoise(channel, series, midnight)
  }
  memory.noiseOf = midnight
}

function learnNoise(channel: ChannelMemory, series: SeriesMemory, midnight: HourNumber): SeriesNoise {
  const quiet: number[] = []
  for (let hour = midnight - NOISE_HOURS; hour < midnight; hour++) {
    const shared = at(series.shared, place(hour) * WINDOWS.length + THREE_HOURS)
    if (channel.good[place(hour)] === 1 && !(Math.abs(shared) >= LARGEST_SHARED))
      quiet.push(place(hour) * WINDOWS.length)
  }
  const unexplained = new Float64Array(WINDOWS.length)
  const shares = new Float64Array(WINDOWS.length)
  for (let position = 0; position < WINDOWS.length; position++) {
    unexplained[position] = spread(quiet, (index) => at(series.unexplained, index + position), HEAVIEST_TAIL)
    if (series.reason === '') continue
    const isWhollyGood = (index: number) => !Number.isNaN(at(series.unexplained, index + position))
    shares[position] = spread(quiet, (index) =>
      isWhollyGood(index) ? at(series.shares, index + position) : Number.NaN,
    )
  }
  // Hours that were held against a season that was hardly known yet would keep the band wide for a month.
  const band = spread(quiet, (index) =>
    Number.isNaN(at(series.unexplained, index))
      ? Number.NaN
      : at(series.residuals, index) - shownMovement(at(series.shared, index + THREE_HOURS)),
  )
  return { unexplained, shares, band }
}

/** Of deviations from zero, NaN left out, as a standard deviation; of a normal distribution the quantiles would agree. The tail counts up to `heaviest` times the middle. */
function spread(
  indices: readonly number[],
  deviationOf: (index: number) => number,
  heaviest = Number.POSITIVE_INFINITY,
): number {
  const deviations = new Float64Array(indices.length)
  let known = 0
  for (const index of indices) {
    const deviation = deviationOf(index)
    if (!Number.isNaN(deviation)) deviations[known++] = Math.abs(deviation)
  }
  const sorted = deviations.subarray(0, known).sort()
  const middle = sortedQuantile(sorted, 0.8) / 1.28
  const learnt = Math.max(middle, Math.min(sortedQuantile(sorted, 0.98) / 2.33, heaviest * middle), LEAST_NOISE)
  if (known >= WEEK_HOURS) return learnt
  return Math.max(Number.isNaN(learnt) ? 0 : learnt, UNLEARNT_NOISE)
}

/**
 * The part of a movement shared by the siblings that is expected of a channel too: all but what may be chance, and never more
 * than a holiday takes.
 */
export function shownMovement(shared: number): number {
  if (!(Math.abs(shared) > 0.02)) return 0
  return Math.max(-0.6, Math.min(0.3, shared - Math.sign(shared) * 0.02))
}
