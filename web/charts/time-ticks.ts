import type { Zone } from '../view/zone.ts'
import { calendar, clock, DAY_MS, dateMonth, day, HOUR_MS, MINUTE_MS, startOfDate, weekdayDate } from '../words/time.ts'

export interface TimeTick {
  readonly time: number
  readonly label: string
  /** Starts a day where the others are hours, a month where they are days: set in 500. */
  readonly major: boolean
}

const LABEL_PX = 62

/**
 * Ticks at round times of `zone`, as many as labels fit in `widthPx`: hours, days, Mondays or months. A day's tick
 * stands at its start, also where daylight saving makes days of 23 or 25 hours.
 */
export function timeTicks(from: number, to: number, widthPx: number, zone: Zone): readonly TimeTick[] {
  const room = Math.max(2, Math.floor(widthPx / LABEL_PX))
  const span = to - from
  for (const stepMs of [MINUTE_MS * 10, MINUTE_MS * 30, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS]) {
    if (span / stepMs <= room) return clockTicks(from, to, stepMs, zone)
  }
  for (const days of [1, 2, 7, 14]) {
    if (span / (days * DAY_MS) <= room) return dayTicks(from, to, days, zone)
  }
  for (const months of [1, 2, 3, 6, 12]) {
    if (span / (months * 30 * DAY_MS) <= room) return monthTicks(from, to, months, zone)
  }
  return monthTicks(from, to, 24, zone)
}

/** Starts of all days within, for the lines that run through lanes and rows. */
export function dayStarts(from: number, to: number, zone: Zone): readonly number[] {
  const first = calendar(from, zone)
  const starts: number[] = []
  for (let index = 0; ; index++) {
    const start = startOfDate(first.year, first.month, first.date + index, zone)
    if (start > to) return starts
    if (start >= from) starts.push(start)
  }
}

/** Saturdays and Sundays within, as intervals cut to the range. */
export function weekends(
  from: number,
  to: number,
  zone: Zone,
): readonly { readonly from: number; readonly to: number }[] {
  const first = calendar(from, zone)
  const found: { from: number; to: number }[] = []
  for (let index = -1; ; index++) {
    const start = startOfDate(first.year, first.month, first.date + index, zone)
    if (start > to) return found
    if (calendar(start, zone).weekday !== 6) continue
    const end = startOfDate(first.year, first.month, first.date + index + 2, zone)
    if (end > from && start < to) found.push({ from: Math.max(start, from), to: Math.min(end, to) })
  }
}

function clockTicks(from: number, to: number, stepMs: number, zone: Zone): readonly TimeTick[] {
  const ticks: TimeTick[] = []
  for (const start of [...dayStarts(from - DAY_MS, to, zone)]) {
    for (let time = start; time < start + DAY_MS && time <= to; time += stepMs) {
      const midnight = time === start
      if (time >= from)
        ticks.push({ time, label: midnight ? weekdayDate(time, zone) : clock(time, zone), major: midnight })
    }
  }
  // A day of 25 hours would start its last hour twice.
  return ticks.filter((tick, index) => index === 0 || tick.time > (ticks[index - 1]?.time ?? 0))
}

function dayTicks(from: number, to: number, days: number, zone: Zone): readonly TimeTick[] {
  const starts = dayStarts(from, to, zone)
  const chosen = starts.filter((start) => {
    if (days === 1) return true
    const daysSinceMonday = Math.round(startOfDayNumber(start, zone) - 4)
    return daysSinceMonday % days === 0
  })
  let lastMonth = -1
  return chosen.map((time) => {
    const { month } = calendar(time, zone)
    const isNew = month !== lastMonth
    lastMonth = month
    return { time, label: isNew ? day(time, zone) : weekdayDate(time, zone), major: false }
  })
}

/** Days since Thursday 1 January 1970 of the calendar date; 4 is a Monday. */
function startOfDayNumber(time: number, zone: Zone): number {
  const { year, month, date } = calendar(time, zone)
  return Date.UTC(year, month, date) / DAY_MS
}

function monthTicks(from: number, to: number, months: number, zone: Zone): readonly TimeTick[] {
  const { year, month } = calendar(from, zone)
  const ticks: TimeTick[] = []
  for (let index = 0; ; index++) {
    const at = month + index
    const time = startOfDate(year, at, 1, zone)
    if (time > to) return ticks
    if (time < from || at % months !== 0) continue
    const january = calendar(time, zone).month === 0
    ticks.push({
      time,
      label: january ? `${dateMonth(time, zone)} ${calendar(time, zone).year}` : dateMonth(time, zone),
      major: january,
    })
  }
}
