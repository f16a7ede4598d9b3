import type { Incident } from '../../alerts/incident.ts'
import type { JudgeWishes } from '../../alerts/judge/verdict.ts'
import { JUDGE_WINDOW_HOURS } from '../../alerts/judge/window.ts'
import type { Silence } from '../../alerts/silence.ts'
import type { Visibility } from '../../alerts/visible/visibility.ts'
import type { BesideHours } from '../../alerts/why/beside-hours.ts'
import type { HourWhy } from '../../alerts/why/hour-why.ts'
import type { Database } from '../../data/counts/database.ts'
import { readFirstJudged } from '../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../data/counts/queries/read-expectations.ts'
import { readJudgedAt } from '../../data/counts/queries/read-judged-at.ts'
import { readMinutes } from '../../data/counts/queries/read-minutes.ts'
import { readHistory } from '../../data/counts/read-history.ts'
import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import { nearestName } from '../settings/nearest-name.ts'
import type { Reckoner } from './reckoner.ts'

/** What judging again needs to know of what was. */
export interface HindsightSources {
  /** All there are. */
  incidents(): Promise<readonly Incident[]> | readonly Incident[]
  silences(): Promise<readonly Silence[]> | readonly Silence[]
  /** Start of the newest judged hour; null before the first. */
  judgedHour(): Promise<EpochMs | null> | EpochMs | null
  wishes(): Promise<JudgeWishes> | JudgeWishes
  readonly reckoner: Reckoner
  /** How far the flow may be behind before that is told; null: nobody tells. */
  tellStalledAfterMs(): number | null
}

/** Of these, what doesn't depend on what is known just now. */
export type ReckoningSources = Pick<HindsightSources, 'wishes' | 'reckoner' | 'tellStalledAfterMs'>

/** `about` is what of the question can't be: that hour wasn't judged, or there is no such channel. */
export interface Unanswerable {
  readonly kind: 'unanswerable'
  readonly about: 'hour' | 'channel'
  /** Whole words that begin with what to do instead. */
  readonly allowed: string
}

type Answered<T> = { readonly kind: 'answered'; readonly value: T } | Unanswerable

export interface WhyQuestion {
  /** `*`: all channels together. */
  readonly channel: string
  readonly hour: EpochMs
}

/** Why one was, or wasn't, told of an hour that was judged. */
export async function askWhy(
  database: Database,
  sources: HindsightSources,
  { channel, hour }: WhyQuestion,
): Promise<Answered<HourWhy>> {
  const judged = await judgedRange(database, sources)
  if (judged === null) return NOTHING_JUDGED
  if (hour < judged.first || hour > judged.newest) {
    const allowed = `use an hour from ${isoSeconds(judged.first)} to ${isoSeconds(judged.newest)}, the newest that is judged`
    return { kind: 'unanswerable', about: 'hour', allowed }
  }
  const history = await readHistory(database, hour - JUDGE_WINDOW_HOURS * HOUR_MS, hour + HOUR_MS)
  if (channel !== '*' && !history.channels.has(channel)) {
    return { kind: 'unanswerable', about: 'channel', allowed: nameInstead(channel, [...history.channels.keys()]) }
  }
  const [incidents, silences, wishes] = await Promise.all([sources.incidents(), sources.silences(), sources.wishes()])
  return {
    kind: 'answered',
    value: await sources.reckoner.why({
      ...{ history, hour, channel, incidents, silences, wishes },
      besides: await readBesides(database, sources, { hour, newest: judged.newest }),
    }),
  }
}

/** What the service looks at, and for how long minutes are kept at the least. */
const MINUTES_BEFORE_MS = 47 * HOUR_MS
/** Without a day of them before it, a look says nothing. */
const LEAST_MINUTES_MS = 27 * HOUR_MS

async function readBesides(
  database: Database,
  sources: HindsightSources,
  { hour, newest }: { readonly hour: EpochMs; readonly newest: EpochMs },
): Promise<BesideHours> {
  const to = hour + HOUR_MS
  const from = Math.max(to, newest) - MINUTES_BEFORE_MS
  const isKept = to - from >= LEAST_MINUTES_MS
  const expectedIn = { from: startOfHour(from) - HOUR_MS, to: to + 2 * HOUR_MS }
  const [counts, expectations, judgedAt] = await Promise.all([
    isKept ? readMinutes(database, { from, to }) : null,
    isKept ? readExpectations(database, expectedIn) : [],
    readJudgedAt(database, hour),
  ])
  const tellAfterMs = sources.tellStalledAfterMs()
  return {
    minutes: counts === null ? null : { counts, expectations },
    flow: judgedAt === null || tellAfterMs === null ? null : { judgedAt, tellAfterMs },
  }
}

/** What would be told at the newest judged hour, of all channels or of one; null before the first. */
export async function askVisible(
  database: Database,
  sources: HindsightSources,
  channel: string | null,
): Promise<Answered<Visibility | null>> {
  const judged = await judgedRange(database, sources)
  if (judged === null) return { kind: 'answered', value: null }
  const { newest: hour } = judged
  const history = await readHistory(database, hour - JUDGE_WINDOW_HOURS * HOUR_MS, hour + HOUR_MS)
  if (channel !== null && channel !== '*' && !history.channels.has(channel)) {
    return { kind: 'unanswerable', about: 'channel', allowed: nameInstead(channel, [...history.channels.keys()]) }
  }
  const [incidents, wishes] = await Promise.all([sources.incidents(), sources.wishes()])
  const seen = await sources.reckoner.visible({ history, hour, incidents, wishes })
  return { kind: 'answered', value: { ...seen, series: seen.series.filter((own) => isAsked(own.channel, channel)) } }
}

function isAsked(name: string, channel: string | null): boolean {
  return channel === null || name === channel
}

const NOTHING_JUDGED: Unanswerable = {
  kind: 'unanswerable',
  about: 'hour',
  allowed: 'no hour has been judged yet: the first is, when all of it is counted',
}

async function judgedRange(
  database: Database,
  sources: HindsightSources,
): Promise<{ readonly first: EpochMs; readonly newest: EpochMs } | null> {
  const [first, newest] = await Promise.all([readFirstJudged(database), sources.judgedHour()])
  return first === null || newest === null ? null : { first: Math.min(startOfHour(first), newest), newest }
}

/** Names may be many: the nearest few are enough to see the mistake. */
const MOST_NAMED = 12

/** What to ask for in place of a channel that isn't there. */
export function nameInstead(given: string, names: readonly string[]): string {
  const near = nearestName(given, names)
  if (near !== null) return `use ${near}, or another channel of that time`
  if (names.length === 0) return 'no channel had been counted by then; use *, all channels together'
  const named = [...names].sort().slice(0, MOST_NAMED).join(', ')
  return `use one of ${named}${names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} others` : ''}, or * for all together`
}
