import { DAY_MS, type EpochMs, MINUTE_MS } from '../../data/domain/time.ts'

/** Minutes of the local day; from 22:00 to 07:00 goes over midnight. The same twice: never quiet. */
export interface QuietHours {
  readonly fromMinute: number
  readonly toMinute: number
  /** As the IANA's database names it. */
  readonly timeZone: string
}

export function isQuiet({ fromMinute, toMinute, timeZone }: QuietHours, now: EpochMs): boolean {
  const minute = minuteOfDay(now, timeZone)
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

/** The newest moment up to and with `now` when clocks in `timeZone` showed `minute`, to the minute. */
export function lastLocalMinute(minute: number, timeZone: string, now: EpochMs): EpochMs {
  const wholeMinute = Math.floor(now / MINUTE_MS) * MINUTE_MS
  const day = DAY_MS / MINUTE_MS
  let candidate = wholeMinute - ((minuteOfDay(wholeMinute, timeZone) - minute + day) % day) * MINUTE_MS
  // Where clocks were changed in between, the minutes that went by are not those on the clock.
  const off = minuteOfDay(candidate, timeZone) - minute
  if (off !== 0) candidate -= (Math.abs(off) > day / 2 ? off - Math.sign(off) * day : off) * MINUTE_MS
  return candidate > now ? candidate - DAY_MS : candidate
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function minuteOfDay(now: EpochMs, timeZone: string): number {
  let clock = clocks.get(timeZone)
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    clocks.set(timeZone, clock)
  }
  const [hours, minutes] = clock.format(now).split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
