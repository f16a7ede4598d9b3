import { DAY_MS, type EpochMs, isoDate, MINUTE_MS } from '../../data/domain/time.ts'

/** `2014-12-25`, or a local or UTC time of such a day: `2014-12-25T18:00`, `2014-12-25T18:00Z`. */
const GIVEN = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::\d\d)?(Z)?)?$/

export interface LocalTime {
  readonly time: EpochMs
  /** Only a day was given. */
  readonly isWholeDay: boolean
}

/** When clocks in `timeZone` show what was given; null where it is no such text, or no day of the calendar. */
export function parseLocalTime(given: string, timeZone: string): LocalTime | null {
  const [, day = '', hour, minute, zulu] = GIVEN.exec(given) ?? []
  const shown = Date.parse(`${day}T${hour ?? '00'}:${minute ?? '00'}:00Z`)
  // 30 February is read as 2 March: no date that anybody means.
  if (Number.isNaN(shown) || isoDate(shown) !== day) return null
  return { time: zulu === undefined ? fromClock(shown, timeZone) : shown, isWholeDay: hour === undefined }
}

/** The end of the local day that begins at `start`: days on which clocks are changed have 23 or 25 hours. */
export function endOfLocalDay(start: EpochMs, timeZone: string): EpochMs {
  return fromClock(onClock(start, timeZone) + DAY_MS, timeZone)
}

/** When clocks in `timeZone` show what UTC's show at `shown`; of a time that they pass over, as much later as they do. */
function fromClock(shown: EpochMs, timeZone: string): EpochMs {
  const guess = shown - (onClock(shown, timeZone) - shown)
  // The offset there may be another one, where clocks are changed in between.
  const better = guess - (onClock(guess, timeZone) - shown)
  return onClock(better, timeZone) === shown ? better : Math.max(guess, better)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What clocks show at `time`, as if it were UTC, to the minute. */
function onClock(time: EpochMs, timeZone: string): EpochMs {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    const digits = '2-digit'
    const parts = { year: 'numeric', month: digits, day: digits, hour: digits, minute: digits } as const
    clock = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...parts })
    clocks.set(timeZone, clock)
  }
  const parts = new Map(clock.formatToParts(time).map(({ type, value }) => [type, Number(value)]))
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
  const minutes = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return minutes + (time - Math.floor(time / MINUTE_MS) * MINUTE_MS)
}

/** What comes every year is known for so many. */
export const YEARS_KNOWN = 40

/** The same day and time of a later year. */
export function yearsLater(time: EpochMs, years: number): EpochMs {
  const date = new Date(time)
  return date.setUTCFullYear(date.getUTCFullYear() + years)
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
