import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { Holiday, Region } from './spec.ts'

const CHRISTMAS: Holiday = { from: [12, 20], days: 17, depth: 0.5 }

export const EUROPE: Region = {
  name: 'europe',
  utcOffsetHours: 1,
  summerTime: 'europe',
  holidays: [CHRISTMAS, { from: [4, 18], days: 4, depth: 0.25 }, { from: [5, 1], days: 1, depth: 0.25 }],
}

export const AMERICA: Region = {
  name: 'america',
  utcOffsetHours: -6,
  summerTime: 'america',
  holidays: [
    { ...CHRISTMAS, depth: 0.42 },
    { from: [11, 27], days: 3, depth: 0.35 },
    { from: [7, 4], days: 1, depth: 0.3 },
  ],
}

export const ASIA: Region = {
  name: 'asia',
  utcOffsetHours: 8,
  summerTime: 'none',
  holidays: [
    { from: [1, 30], days: 7, depth: 0.6 },
    { from: [10, 1], days: 6, depth: 0.5 },
    { from: [5, 1], days: 3, depth: 0.35 },
  ],
}

/** Hours that the region's clocks are ahead of UTC at `time`. */
export function offsetAt(region: Region, time: EpochMs): number {
  return region.utcOffsetHours + (isSummerTime(region.summerTime, time) ? 1 : 0)
}

function isSummerTime(rule: Region['summerTime'], time: EpochMs): boolean {
  if (rule === 'none') return false
  const year = new Date(time).getUTCFullYear()
  return rule === 'europe'
    ? time >= lastSunday(year, 3) + HOUR_MS && time < lastSunday(year, 10) + HOUR_MS
    : time >= nthSunday(year, 3, 2) + 8 * HOUR_MS && time < nthSunday(year, 11, 1) + 7 * HOUR_MS
}

function lastSunday(year: number, month: number): EpochMs {
  const last = Date.UTC(year, month, 0)
  return last - new Date(last).getUTCDay() * DAY_MS
}

function nthSunday(year: number, month: number, n: number): EpochMs {
  const first = Date.UTC(year, month - 1, 1)
  return first + (((7 - new Date(first).getUTCDay()) % 7) + 7 * (n - 1)) * DAY_MS
}

/** What is missing at the local time `local` for the region's holidays, 0 to 1; days begin and end over hours. */
export function holidayDepth(region: Region, local: EpochMs): number {
  const into = ((((local - DAY_MS / 2) % DAY_MS) + DAY_MS) % DAY_MS) / DAY_MS
  const before = depthOfDay(region, local - DAY_MS / 2)
  const after = depthOfDay(region, local + DAY_MS / 2)
  return before + (after - before) * into
}

function depthOfDay(region: Region, time: EpochMs): number {
  let deepest = 0
  const year = new Date(time).getUTCFullYear()
  for (const { from, days, depth } of region.holidays) {
    for (const begins of [year - 1, year]) {
      const into = Math.floor((time - Date.UTC(begins, from[0] - 1, from[1])) / DAY_MS)
      if (into >= 0 && into < days) deepest = Math.max(deepest, depth * shapeOf(into, days))
    }
  }
  return deepest
}

/** A long holiday deepens towards its middle and fades out; a short one is as deep on each day. */
function shapeOf(day: number, days: number): number {
  if (days < 10) return 1
  const at = (day + 0.5) / days
  return at < 0.3 ? 0.3 + at * 2.3 : Math.max(0.3, 1.2 - at * 0.8)
}
