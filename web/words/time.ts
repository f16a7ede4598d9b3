import type { Zone } from '../view/zone.ts'

/** Times as people read them. Input is epoch milliseconds; the zone is the page's, named once there. */

const UNIT_SPACE = '\u00a0'
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const WEEK_MS = 7 * DAY_MS

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

export interface CalendarTime {
  readonly year: number
  /** 0 to 11. */
  readonly month: number
  readonly date: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
}

export function calendar(time: number, zone: Zone): CalendarTime {
  const at = new Date(time)
  if (zone === 'utc') {
    return {
      year: at.getUTCFullYear(),
      month: at.getUTCMonth(),
      date: at.getUTCDate(),
      weekday: at.getUTCDay(),
      hour: at.getUTCHours(),
      minute: at.getUTCMinutes(),
    }
  }
  return {
    year: at.getFullYear(),
    month: at.getMonth(),
    date: at.getDate(),
    weekday: at.getDay(),
    hour: at.getHours(),
    minute: at.getMinutes(),
  }
}

/** Epoch milliseconds of a calendar day's start in `zone`; a day beyond the month's end rolls over, as Date's does. */
export function startOfDate(year: number, month: number, date: number, zone: Zone): number {
  return zone === 'utc' ? Date.UTC(year, month, date) : new Date(year, month, date).getTime()
}

/** `14:00` */
export function clock(time: number, zone: Zone = 'utc'): string {
  const { hour, minute } = calendar(time, zone)
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

/** `Sat` */
export function weekday(time: number, zone: Zone = 'utc'): string {
  return WEEKDAYS[calendar(time, zone).weekday] ?? ''
}

/** `Sat 1` */
export function weekdayDate(time: number, zone: Zone = 'utc'): string {
  const { weekday, date } = calendar(time, zone)
  return `${WEEKDAYS[weekday]} ${date}`
}

/** `1 Feb` */
export function dateMonth(time: number, zone: Zone = 'utc'): string {
  const { date, month } = calendar(time, zone)
  return `${date} ${MONTHS[month]}`
}

/** `Sat 1 Feb` */
export function day(time: number, zone: Zone = 'utc'): string {
  const { weekday } = calendar(time, zone)
  return `${WEEKDAYS[weekday]} ${dateMonth(time, zone)}`
}

/** `12 Feb 2014` */
function dateYear(time: number, zone: Zone = 'utc'): string {
  return `${dateMonth(time, zone)} ${calendar(time, zone).year}`
}

/** `Sat 1 Feb, 14:00` */
export function moment(time: number, zone: Zone = 'utc'): string {
  return `${day(time, zone)}, ${clock(time, zone)}`
}

/** `Wed 5 Feb 2014, 18:00` */
export function fullMoment(time: number, zone: Zone = 'utc'): string {
  return `${day(time, zone)} ${calendar(time, zone).year}, ${clock(time, zone)}`
}

/** `15 Dec 2013 – 12 Feb 2014`; the year once where both have the same. */
export function dateRange(from: number, to: number, zone: Zone = 'utc'): string {
  const sameYear = calendar(from, zone).year === calendar(to, zone).year
  return `${sameYear ? dateMonth(from, zone) : dateYear(from, zone)} – ${dateYear(to, zone)}`
}

/** What people call `zone` at `time`: `UTC`, or the local zone's short name there and then, such as `CET` or `GMT+5:30`. */
export function zoneName(zone: Zone, time: number): string {
  if (zone === 'utc') return 'UTC'
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(time)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local time'
}

/** `14:22 UTC` */
export function zonedClock(time: number, zone: Zone): string {
  return `${clock(time, zone)} ${zoneName(zone, time)}`
}

/** `14:22 UTC`; with its date where that is another than that of `now`: `6 Feb 2014, 14:22 UTC`. */
export function datedClock(time: number, now: number, zone: Zone): string {
  const isToday = Math.abs(now - time) < DAY_MS && calendar(time, zone).date === calendar(now, zone).date
  return isToday ? zonedClock(time, zone) : `${dateYear(time, zone)}, ${zonedClock(time, zone)}`
}

/** Dates inside a sentence that the server wrote don't part at a line's end: `Sat 1 Feb`. */
export function unbroken(sentence: string): string {
  const date = new RegExp(`\\b(?:(${WEEKDAYS.join('|')}) )?(\\d{1,2}) (${MONTHS.join('|')})\\b`, 'g')
  return sentence.replace(date, (whole) => whole.replaceAll(' ', UNIT_SPACE))
}

/** In its largest unit that says enough: `40 s`, `22 min`, `9 h`, `47 h`, `13 d`. */
export function age(durationMs: number): string {
  const ms = Math.max(0, durationMs)
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1000)}${UNIT_SPACE}s`
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}${UNIT_SPACE}min`
  if (ms < 2 * DAY_MS) return `${Math.floor(ms / HOUR_MS)}${UNIT_SPACE}h`
  return `${Math.floor(ms / DAY_MS)}${UNIT_SPACE}d`
}

/** A time in the address of the API. */
export function iso(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
