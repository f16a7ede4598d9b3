import type { ChartData } from '../charts/chart-data.ts'
import type { Zone } from '../view/zone.ts'
import { dateRange } from '../words/time.ts'
import type { Shown } from './range.ts'

/** The dates of a chart that is kept while another range is awaited; null where it is the range that was asked for. */
export function stillShown(
  chart: Pick<ChartData, 'from' | 'to'> | null,
  range: Pick<Shown, 'from' | 'to'> | null,
  zone: Zone,
): string | null {
  if (chart === null || range === null || (chart.from === range.from && chart.to === range.to)) return null
  const shown = dateRange(chart.from, chart.to, zone)
  // A range that moves with the clock by an hour is called as before.
  return shown === dateRange(range.from, range.to, zone) ? null : shown
}
