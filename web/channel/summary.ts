import type { ChartData } from '../charts/chart-data.ts'
import { MEASURE_WORDS } from '../charts/measure.ts'
import { newestIndex } from '../charts/readout.ts'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { rate } from '../words/number.ts'
import { dateRange, moment } from '../words/time.ts'

/** What the chart tells, in words: what it shows, the newest step, then what is marked in it. */
export function channelSummary(chart: ChartData, zone: Zone): string {
  const what = `${chart.channel}, ${WHAT[chart.measure]} per ${chart.step}, ${dateRange(chart.from, chart.to, zone)}`
  const troubles = chart.incidents.map(({ id, label }) => `Incident ${id}: ${label}.`)
  const marks = chart.annotations.map(({ from, text }) => `Marked ${moment(from, zone)}: ${text}.`)
  const silences = chart.heldBack
    .filter(({ key, from, to }) => key.startsWith('silence') && from < chart.to && to > chart.from)
    .map(({ from, text }) => `From ${moment(from, zone)} ${text}.`)
  return [`${what}: ${newestWords(chart, zone)}.`, ...troubles, ...marks, ...silences].join(' ')
}

/** `1 439 seen at Thu 6 Feb, 13:00, 2 238 – 2 677 expected, 0.0 % invalid`. */
export function newestWords(chart: ChartData, zone: Zone): string {
  const index = newestIndex(chart)
  const [seen, low, high, invalid] = [chart.seen[index], chart.low[index], chart.high[index], chart.invalid[index]]
  if (!isKnown(seen)) return 'nothing counted'
  const words = MEASURE_WORDS[chart.measure]
  const stepMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[chart.step]
  return [
    `${words.one(seen)} seen at ${moment((chart.x[index] ?? 0) - stepMs / 2, zone)}`,
    ...(isKnown(low) && isKnown(high) ? [`${words.range(low, high)} expected`] : []),
    ...(isKnown(invalid) ? [`${rate(invalid)} invalid`] : []),
  ].join(', ')
}

const WHAT = { count: 'submissions', share: 'share of all channels', index: 'index with 100 expected' } as const
