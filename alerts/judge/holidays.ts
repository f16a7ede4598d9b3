import { isAbout } from '../calendar/annotation.ts'
import type { Holiday } from '../calendar/calendar.ts'
import { type HourNumber, JUDGE_WINDOW_HOURS, toHourNumber, toTime } from './window.ts'

/** A holiday of one channel, in whole hours: those that it touches. */
export interface HolidayHours {
  readonly from: HourNumber
  /** The first hour after it. */
  readonly to: HourNumber
  /** What it may cost of an hour, 0 to 1. */
  readonly lossRatio: number
}

/** Those of `channel` that the window before `hour`, or the forecast after it, touches. */
export function holidaysOfChannel(
  holidays: readonly Holiday[],
  channel: string,
  hour: HourNumber,
): readonly HolidayHours[] {
  if (holidays.length === 0) return NONE
  const from = toTime(hour - JUDGE_WINDOW_HOURS)
  const to = toTime(hour + FORESEEN_HOURS)
  return holidays
    .filter((holiday) => holiday.to > from && holiday.from < to && isAbout(holiday, channel))
    .map((holiday) => ({
      from: toHourNumber(holiday.from),
      to: Math.max(toHourNumber(holiday.to - 1) + 1, toHourNumber(holiday.from) + 1),
      lossRatio: holiday.lossRatio,
    }))
}

const NONE: readonly HolidayHours[] = []
const FORESEEN_HOURS = 100

/** What a known holiday may cost of `hour`, 0 to 1; of several the most. */
export function holidayLoss(holidays: readonly HolidayHours[], hour: HourNumber): number {
  let most = 0
  for (const { from, to, lossRatio } of holidays) if (from <= hour && hour < to) most = Math.max(most, lossRatio)
  return most
}

/** What known holidays may cost of the `hours` that end with `hour`, as a positive log; 0 where there are none. */
export function holidayExcuse(holidays: readonly HolidayHours[], hour: HourNumber, hours: number): number {
  if (holidays.length === 0) return 0
  let lost = 0
  for (let h = hour - hours + 1; h <= hour; h++) lost += holidayLoss(holidays, h)
  return lost === 0 ? 0 : -Math.log(1 - lost / hours)
}

/** What is left of a loss (a negative log) once the holiday's part is taken out; gains stay as they are. */
export function beyondHoliday(residual: number, excuse: number): number {
  return residual < 0 ? Math.min(0, residual + excuse) : residual
}
