/** Milliseconds since 1970-01-01T00:00:00Z. Every time inside Tidewatch is one of these, in UTC. */
export type EpochMs = number

export const SECOND_MS = 1000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS
export const WEEK_MS = 7 * DAY_MS
/** The mean one of the calendar. */
export const YEAR_MS = 365.2425 * DAY_MS

/** Start of the UTC minute that holds `time`. */
export function startOfMinute(time: EpochMs): EpochMs {
  return Math.floor(time / MINUTE_MS) * MINUTE_MS
}

/** Start of the UTC hour that holds `time`. */
export function startOfHour(time: EpochMs): EpochMs {
  return Math.floor(time / HOUR_MS) * HOUR_MS
}

/** Start of the UTC day that holds `time`. */
export function startOfDay(time: EpochMs): EpochMs {
  return Math.floor(time / DAY_MS) * DAY_MS
}

/** `2014-01-16`: the UTC date of `time`, as partitions are named. */
export function isoDate(time: EpochMs): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** `2014-01-16T14:00:00Z`, without milliseconds; what the API and CSV files say. */
export function isoSeconds(time: EpochMs): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}
