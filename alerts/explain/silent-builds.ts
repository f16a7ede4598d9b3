import { DAY_MS, HOUR_MS, isoDate } from '../../data/domain/time.ts'
import { DAY_HOURS, type HourNumber, toTime } from '../judge/window.ts'
import { formatDuration, formatTime } from '../sentence/format.ts'
import type { TroubleToExplain } from './explain-volume.ts'

/** Fewer builds in two weeks say nothing of when the next one is due. */
const LEAST_BUILDS = 6
/** One that is later than this many usual pauses is missing. */
const LATE_PAUSES = 1.1
/** Of the pauses between the days of builds, so many must be alike to foretell the next day. */
const REGULAR_RATIO = 0.75

export interface SilentBuilds {
  readonly sentence: string
  /** The day of the first of them, as ids begin: `20140116`; null where the ids of earlier ones don't tell. */
  readonly firstDay: string | null
}

/**
 * Where new builds came regularly and then none did, the missing users have most likely gone to builds that send nothing: what
 * nobody sends can't be counted, but that it isn't there can.
 */
export function silentBuilds({ channel, start, hour }: TroubleToExplain): SilentBuilds | null {
  const seen = [...channel.builds.firstSeen].filter(([, first]) => first <= hour).sort(([, a], [, b]) => a - b)
  const before = seen.filter(([, first]) => first <= start + 2 && first >= start - 14 * DAY_HOURS)
  const last = before.at(-1)
  if (last === undefined || before.length < LEAST_BUILDS) return null
  const next = seen.find(([, first]) => first > start + 2)
  const usual = middle(pauses(before.map(([, first]) => first)))
  if (usual === 0 || (next?.[1] ?? hour) - last[1] < LATE_PAUSES * usual) return null
  const firstDay = nextDay(before.map(([build]) => build))
  return { sentence: sentenceOf({ last, next, usual, firstDay }), firstDay }
}

function sentenceOf({
  last,
  next,
  usual,
  firstDay,
}: {
  readonly last: readonly [string, HourNumber]
  readonly next: readonly [string, HourNumber] | undefined
  readonly usual: number
  readonly firstDay: string | null
}): string {
  const every = `where one came every ${formatDuration(usual * HOUR_MS)}`
  const lastSeen = `${last[0]} (${formatTime(toTime(last[1]))})`
  if (next === undefined) {
    const who = firstDay === null ? 'newer builds' : `builds from ${firstDay} on`
    return `No new build has been seen since ${lastSeen}, ${every}: ${who} most likely send nothing.`
  }
  const who = firstDay === null ? 'those in between' : `those from ${firstDay} on`
  return `No new build was seen after ${lastSeen} until ${formatTime(toTime(next[1]))}, ${every}: ${who} most likely sent nothing.`
}

/** The day after so many days as usually lie between builds; null where ids don't begin with days, or the days aren't regular. */
function nextDay(builds: readonly string[]): string | null {
  const days = [...new Set(builds.map(dayOf))]
  const last = days.at(-1)
  if (last === undefined || days.some(Number.isNaN)) return null
  const between = pauses(days)
  const usual = middle(between)
  const alike = between.filter((pause) => pause === usual).length
  return usual >= 1 && alike >= REGULAR_RATIO * between.length
    ? isoDate((last + usual) * DAY_MS).replaceAll('-', '')
    : null
}

/** Number of the day that an id begins with, `20140115030253`; NaN where it doesn't. */
function dayOf(build: string): number {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)/.exec(build) ?? []
  return Date.parse(`${year}-${month}-${day}`) / DAY_MS
}

function pauses(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? time))
}

function middle(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
