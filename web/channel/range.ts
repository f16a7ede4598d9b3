import { type ChosenStep, type LastDays, RANGE_LIMITS, type Range, type SeriesChoice } from '../view/channel-view.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../words/time.ts'

/** A view's range as times, and the step that can be shown for it. */
export interface Shown {
  readonly from: number
  readonly to: number
  readonly step: ChosenStep
  /** What the API is asked for: hours also where days are shown, because the expectation is hourly. */
  readonly fetched: ChosenStep
}

type FixedRange = Extract<Range, { readonly kind: 'fixed' }>

const FORECAST_HOURS: Readonly<Record<LastDays, number>> = { 1: 6, 7: 24, 60: 0, 365: 0 }
/** Minutes are kept for two days. */
const MOST_MINUTES_MS = 2 * DAY_MS
/** Up to a day with its forecast, minutes are what one looks for. */
const A_DAY_OF_MINUTES_MS = DAY_MS + 6 * HOUR_MS
/** More hours than the API gives at once. */
const MOST_HOURS_MS = 800 * DAY_MS
const LEAST_SPAN_MS = 2 * HOUR_MS

/** `now` is the server's: a moving range ends with the forecast after it, on a whole hour, so that addresses stay the same within one. */
export function shown(view: Pick<SeriesChoice, 'range' | 'step'>, now: number): Shown {
  const { from, to } = times(view.range, now)
  const span = to - from
  const minutes = canShowMinutes(from, to, now)
  const suiting = minutes && span <= A_DAY_OF_MINUTES_MS ? 'minute' : 'hour'
  const chosen = view.step === 'auto' ? suiting : view.step
  const step = chosen === 'minute' && !minutes ? 'hour' : chosen
  const fetched = step === 'minute' ? 'minute' : span > MOST_HOURS_MS ? 'day' : 'hour'
  return { from, to, step: fetched === 'day' ? 'day' : step, fetched }
}

/** `range` by the step that is shown, which may be hours where minutes would suit. */
export function asShown(range: Shown, step: ChosenStep): Shown {
  return { ...range, step, fetched: step !== 'minute' && range.fetched === 'minute' ? 'hour' : range.fetched }
}

export function canShowMinutes(from: number, to: number, now: number): boolean {
  return to - from <= MOST_MINUTES_MS && from >= now - MOST_MINUTES_MS - HOUR_MS
}

function times(range: Range, now: number): { readonly from: number; readonly to: number } {
  if (range.kind === 'fixed') return { from: range.from, to: range.to }
  const end = Math.ceil(now / HOUR_MS) * HOUR_MS
  return { from: end - range.days * DAY_MS, to: end + FORECAST_HOURS[range.days] * HOUR_MS }
}

/** A fixed range for what was dragged or keyed: on whole hours (minutes when close), and not too small to see anything. */
export function zoomed(from: number, to: number): Range {
  const grain = to - from > DAY_MS ? HOUR_MS : 10 * MINUTE_MS
  const middle = (from + to) / 2
  const half = Math.max(to - from, LEAST_SPAN_MS) / 2
  return withinLimits(Math.round((middle - half) / grain) * grain, Math.round((middle + half) / grain) * grain)
}

/** `factor` times as long around its middle; what grows doesn't grow into a future that nothing is foretold of. */
export function scaled({ from, to }: Pick<Shown, 'from' | 'to'>, factor: number, now: number): Range {
  const middle = (from + to) / 2
  const half = ((to - from) * factor) / 2
  const end = Math.min(middle + half, Math.max(to, foretoldTo(now)))
  return zoomed(end - 2 * half, end)
}

/** As long, `byMs` later; on whole hours, and no farther than something is foretold. */
export function moved({ from, to }: Pick<Shown, 'from' | 'to'>, byMs: number, now: number): FixedRange {
  const most = Math.max(0, foretoldTo(now) - to)
  const by = Math.round(Math.min(byMs, most) / HOUR_MS) * HOUR_MS
  return withinLimits(from + by, to + by)
}

/** `from` to `to`, moved back from a future that nothing is foretold of; what is shown already stays. */
export function untilForetold(from: number, to: number, shown: Pick<Shown, 'to'>, now: number): Range {
  const over = Math.max(0, to - Math.max(shown.to, foretoldTo(now)))
  return zoomed(from - over, to - over)
}

/** The judge foretells a day. */
function foretoldTo(now: number): number {
  return Math.ceil(now / HOUR_MS) * HOUR_MS + DAY_MS
}

/** Moved, and where that isn't enough cut, to what can be asked for. */
function withinLimits(from: number, to: number): FixedRange {
  const { earliest, latest, mostMs } = RANGE_LIMITS
  const span = Math.min(to - from, mostMs)
  const start = Math.min(Math.max(from, earliest), latest - span)
  return { kind: 'fixed', from: start, to: start + span }
}

/** Beyond, hours are narrower than a pixel of a small chart, and their tide hides everything else. */
const DAYS_FROM_MS = 15 * DAY_MS

/** The step of small charts of `range`. */
export function miniStep({ from, to }: Pick<Shown, 'from' | 'to'>): 'hour' | 'day' {
  return to - from > DAYS_FROM_MS ? 'day' : 'hour'
}
