import type { Database } from '../../../data/counts/database.ts'
import { readSeenBuilds } from '../../../data/counts/queries/read-builds.ts'
import { readReasons } from '../../../data/counts/queries/read-reasons.ts'
import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../../data/domain/time.ts'
import type { Incident } from '../../incident.ts'

/** What an incident is about where it isn't about all submissions of a channel. */
export interface Part {
  readonly channel: string | null
  readonly reason: string | null
  /** The one blamed and those first seen after it; null: all. */
  readonly builds: readonly string[] | null
}

/** Submissions of each hour: of the part, and what else its builds sent. Hours without any aren't there. */
export type PartCounts = ReadonlyMap<EpochMs, { readonly own: number; readonly others: number }>

/** So long before the start a reason's usual share is taken from. */
const USUAL_DAYS = 14
/** As the judge: however much of a channel a reason is, something else must be there to reckon by. */
const MOST_SHARE = 0.95

/** Null: the incident is about a whole channel, or all of them. */
export async function findPart(
  database: Database,
  incident: Incident,
  channel: string | null,
  to: EpochMs,
): Promise<Part | null> {
  const { reason, buildId } = incident.series
  if (reason === undefined && buildId === undefined) return null
  return {
    channel,
    reason: reason ?? null,
    builds: buildId === undefined ? null : await buildsFrom(database, incident, buildId, channel, to),
  }
}

async function buildsFrom(
  database: Database,
  incident: Incident,
  buildId: string,
  channel: string | null,
  to: EpochMs,
): Promise<string[]> {
  const range = { from: incident.start - 2 * WEEK_MS, to, now: to, ...(channel === null ? {} : { channel }) }
  const seen = await readSeenBuilds(database, range)
  const first = seen.find((build) => build.buildId === buildId)
  if (first === undefined) return [buildId]
  return seen.filter(({ firstSeen }) => firstSeen >= first.firstSeen).map((build) => build.buildId)
}

export async function readPart(
  database: Database,
  { channel, reason, builds }: Part,
  from: EpochMs,
  to: EpochMs,
): Promise<PartCounts> {
  const rows = await readReasons(database, {
    from,
    to,
    ...(channel === null ? {} : { channel }),
    ...(builds === null ? {} : { builds }),
  })
  const hours = new Map<EpochMs, { readonly own: number; readonly others: number }>()
  for (const { hour, reason: name, received } of rows) {
    const sum = hours.get(hour) ?? { own: 0, others: 0 }
    const isOwn = reason === null || name === reason
    hours.set(hour, { own: sum.own + (isOwn ? received : 0), others: sum.others + (isOwn ? 0 : received) })
  }
  return hours
}

/** The reason's share of its channel by hour of the day, over all builds of the fortnight before `before`. */
export async function readUsualShares(
  database: Database,
  part: Part,
  before: EpochMs,
): Promise<(hour: EpochMs) => number | null> {
  const counts = await readPart(database, { ...part, builds: null }, before - USUAL_DAYS * DAY_MS, before)
  const sums = Array.from({ length: 24 }, () => ({ own: 0, all: 0 }))
  for (const [hour, { own, others }] of counts) {
    const sum = sums[hourOfDay(hour)]
    if (sum === undefined) continue
    sum.own += own
    sum.all += own + others
  }
  return (hour) => {
    const sum = sums[hourOfDay(hour)]
    return sum === undefined || sum.all === 0 ? null : Math.min(MOST_SHARE, sum.own / sum.all)
  }
}

function hourOfDay(hour: EpochMs): number {
  return Math.floor(hour / HOUR_MS) % 24
}
