import { type EpochMs, isoDate } from '../domain/time.ts'

/** What the path of a file of 2013 says of the submissions in it: `…/reason/appName/channel/appVersion/buildId.YYYYMMDD.vN.log[…]`. */
export interface LineFileName {
  /** Start of the day on which they were received; null where the name has none. */
  readonly day: EpochMs | null
  /** As the server of 2013 wrote them into file names: everything but letters, digits, `_`, `.` and `/` had become `_`. Null: the path has fewer folders. */
  readonly dimensions: {
    readonly reason: string
    readonly appName: string
    readonly channel: string
    readonly appVersion: string
    readonly buildId: string
  } | null
}

export function parseLineFileName(path: string): LineFileName {
  const parts = path.split(/[/\\]/)
  const match = /^(.*)\.(\d{4})(\d\d)(\d\d)\.v\d+\.log/.exec(parts.at(-1) ?? '')
  if (match === null) return { day: null, dimensions: null }
  const [, buildId = '', year, month, date] = match
  const [reason = '', appName = '', channel = '', appVersion = ''] = parts.slice(-5, -1)
  const isWhole = [reason, appName, channel, appVersion, buildId].every((part) => part !== '' && !/^\.+$/.test(part))
  return {
    day: dayOf(`${year}-${month}-${date}`),
    dimensions: isWhole ? { reason, appName, channel, appVersion, buildId } : null,
  }
}

/** Null for days that there are none of: 30 February is no 2 March. */
function dayOf(date: string): EpochMs | null {
  const day = Date.parse(date)
  return Number.isNaN(day) || isoDate(day) !== date ? null : day
}
