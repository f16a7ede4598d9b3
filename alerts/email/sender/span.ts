import { DAY_MS, type EpochMs, HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'
import type { HourValue } from '../picture/picture-spec.ts'

/** Hours of a mail's picture, all on whole hours; `end` is the end of the newest judged hour. */
export interface Span {
  readonly start: EpochMs
  readonly end: EpochMs
  readonly forecastHours: number
}

const FORECAST_HOURS = 12

/** Of which less is covered, that hour isn't drawn. */
const COUNTED_HOUR_RATIO = 0.9

/**
 * From a day before the start, two days at least; a week of what lasts, two of what is over. New builds have no past to
 * show: half a day before their start, one day at least.
 */
export function spanOf(incident: Incident): Span {
  const over = isOver(incident)
  const end = startOfHour(Math.max(incident.judgedUpTo, incident.latest.hour)) + HOUR_MS
  const before = incident.series.buildId === undefined || incident.group === 'invalid' ? DAY_MS : DAY_MS / 2
  const wanted = Math.min(startOfHour(incident.start) - before, end - 2 * before)
  const start = Math.max(wanted, end - (over ? 14 : 7) * DAY_MS)
  return { start, end, forecastHours: over ? 0 : FORECAST_HOURS }
}

export function isOver({ state }: Incident): boolean {
  return state === 'resolved' || state === 'withdrawn'
}

/** The one channel drawn; null: all of them together. Of several that fell together, the first. */
export function drawnChannel({ channels }: Incident): string | null {
  const [first] = channels
  return first === undefined || channels.includes('*') ? null : first
}

/** An hour of which minutes are missing would be drawn as a fall. */
export function isCounted(coverageRatio: number | undefined): boolean {
  return (coverageRatio ?? 0) >= COUNTED_HOUR_RATIO
}

export function hourly(
  span: Pick<Span, 'start' | 'end'>,
  value: (hour: EpochMs, index: number) => HourValue,
): HourValue[] {
  const count = (span.end - span.start) / HOUR_MS
  return Array.from({ length: count }, (_, index) => value(span.start + index * HOUR_MS, index))
}
