import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../../data/domain/time.ts'

/**
 * The story's own time: the generator works in the winter of 2013-14 throughout and only its output is shifted, so
 * weekdays, holidays, builds and events keep their places among each other.
 */
export const STORY_START: EpochMs = Date.UTC(2013, 11, 15)
export const STORY_END: EpochMs = Date.UTC(2014, 1, 13)
export const QUIET_DAYS = 28

/** Whole weeks from the story's own dates to those at which it ends at or within a week before `endAt`. */
export function storyShiftMs(endAt: EpochMs | null): number {
  return endAt === null ? 0 : Math.floor((endAt - STORY_END) / WEEK_MS) * WEEK_MS
}

/** How a channel's days look. Every value is a factor of an ordinary weekday's. */
export interface TideShape {
  /** Height of the two daily peaks over the night, around 11:00 and 19:00 UTC; the higher is 1. */
  readonly noon: number
  readonly evening: number
  /** The night's level, as part of the higher peak. */
  readonly night: number
  readonly saturday: number
  readonly sunday: number
  /** What is missing on Christmas Day, 0 to 1. */
  readonly christmas: number
}

/** Activity at `time` (story time), 1 at the higher peak of an ordinary weekday. */
export function activity(shape: TideShape, time: EpochMs): number {
  return dailyTide(shape, time) * weekdayFactor(shape, time) * (1 - shape.christmas * holidayDepth(time))
}

function dailyTide(shape: TideShape, time: EpochMs): number {
  const weekend = atDayCentres(time, (day) => (isWeekend(day) ? 1 : 0))
  // Weekends get up an hour later.
  const hour = (time % DAY_MS) / HOUR_MS - weekend
  const noon = shape.noon * bump(hour, 11, 2.7)
  const evening = shape.evening * bump(hour, 19.2, 2.5)
  return shape.night + (1 - shape.night) * Math.min(1.05, noon + evening)
}

/** A bell around `centre` on the clock's circle of 24 hours. */
function bump(hour: number, centre: number, widthHours: number): number {
  const apart = Math.abs(((hour - centre + 36) % 24) - 12)
  return Math.exp(-0.5 * (apart / widthHours) ** 2)
}

function weekdayFactor(shape: TideShape, time: EpochMs): number {
  // Days change with the world's nights, not at once: six hours from one to the next.
  const intoDay = (time % DAY_MS) / HOUR_MS
  const today = dayFactor(shape, time)
  if (intoDay < 3) return mixed(dayFactor(shape, time - DAY_MS), today, 0.5 + intoDay / 6)
  if (intoDay > 21) return mixed(today, dayFactor(shape, time + DAY_MS), (intoDay - 21) / 6)
  return today
}

function dayFactor(shape: TideShape, time: EpochMs): number {
  switch (new Date(time).getUTCDay()) {
    case 0:
      return shape.sunday
    case 1:
      return 1.01
    case 5:
      return 0.97
    case 6:
      return shape.saturday
    default:
      return 1
  }
}

function isWeekend(time: EpochMs): boolean {
  const weekday = new Date(time).getUTCDay()
  return weekday === 0 || weekday === 6
}

/** From 20 December to 6 January, by day; 1 on Christmas Day. */
const HOLIDAY_START = Date.UTC(2013, 11, 20)
const HOLIDAY_DEPTHS = [
  0, 0.12, 0.25, 0.45, 0.85, 1, 0.85, 0.6, 0.5, 0.48, 0.52, 0.8, 0.9, 0.5, 0.34, 0.25, 0.15, 0,
] as const

function holidayDepth(time: EpochMs): number {
  return atDayCentres(time, (day) => HOLIDAY_DEPTHS[Math.floor((day - HOLIDAY_START) / DAY_MS)] ?? 0)
}

/** A value given for days, drawn through the days' middles so that it has no steps. */
function atDayCentres(time: EpochMs, ofDay: (time: EpochMs) => number): number {
  const into = ((time - DAY_MS / 2) % DAY_MS) / DAY_MS
  return mixed(ofDay(time - DAY_MS / 2), ofDay(time + DAY_MS / 2), into)
}

function mixed(from: number, to: number, ratio: number): number {
  return from + (to - from) * ratio
}
