import { createReadStream } from 'node:fs'
import { type Pause, readLongestPause } from '../../data/counts/queries/read-longest-pause.ts'
import { DAY_MS, type EpochMs, isoSeconds } from '../../data/domain/time.ts'
import { CommandError } from '../cli/command.ts'
import { lineOf } from './gather-hours.ts'
import type { LoadedCounts } from './load-counts.ts'

/** What was learnt before so long a pause is of no use after it; and no service is down for longer. */
const MOST_PAUSE_MS = 366 * DAY_MS
const MOST_YEARS = 20

/**
 * Refuses counts from `from` up to `to` of which some stand far from all others: every hour in between would be judged, and one mistyped
 * year would take hours. Throws CommandError that names the first such row and, of a file, its line.
 */
export async function refuseStrays(
  { database, file }: Pick<LoadedCounts, 'database' | 'file'>,
  { from, to }: { readonly from: EpochMs; readonly to: EpochMs },
): Promise<void> {
  const pause = await readLongestPause(database, from, to)
  if (pause !== null && pause.to - pause.from > MOST_PAUSE_MS) throw new CommandError(await strayText(file, pause))
  if (to - from <= MOST_YEARS * 366 * DAY_MS) return
  const line = file === null ? null : await lineOf(createReadStream(file), (hour) => hour <= from)
  throw new CommandError(
    `${placeText(file, line)} is of ${isoSeconds(from)}, and the last counts are of ${isoSeconds(to)}: use at most ${MOST_YEARS} years (--since, --until)`,
  )
}

/** The fewer hours are those that stand apart. */
async function strayText(file: string | null, { from, to, hoursBefore, hoursAfter }: Pause): Promise<string> {
  const isLater = hoursAfter <= hoursBefore
  const isStray = isLater ? (hour: EpochMs) => hour >= to : (hour: EpochMs) => hour <= from
  const line = file === null ? null : await lineOf(createReadStream(file), isStray)
  const [stray, other] = isLater ? [to, from] : [from, to]
  const where = isLater ? 'the last before it' : 'the first after it'
  return `${placeText(file, line)} is of ${isoSeconds(stray)}, and ${where} of ${isoSeconds(other)}: is a year mistyped? If not, judge what lies on either side by itself (--since, --until)`
}

function placeText(file: string | null, line: number | null): string {
  return file === null ? 'a count' : `${file}: line ${line ?? '?'}`
}
