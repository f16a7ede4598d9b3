import type { BuildsAnswer, ChannelState, IncidentAnswer } from '../../server/api/types.ts'
import { DAY_MS } from '../words/time.ts'

export type BuildAnswer = BuildsAnswer['builds'][number]

/** The gate's verdict in the words and marks of the pages. */
export interface VerdictWords {
  readonly word: 'healthy' | 'not reporting' | 'reporting badly' | 'too early' | 'undecided'
  readonly mark: ChannelState
}

const HEALTHY: VerdictWords = { word: 'healthy', mark: 'well' }
const NOT_REPORTING: VerdictWords = { word: 'not reporting', mark: 'low' }
const REPORTING_BADLY: VerdictWords = { word: 'reporting badly', mark: 'invalid' }
const TOO_EARLY: VerdictWords = { word: 'too early', mark: 'learning' }
/** However old it gets: something else has to happen first. */
const UNDECIDED: VerdictWords = { word: 'undecided', mark: 'unknown' }

/** `incidents`: those that a reason may name; of what is blamed by another one, the build's own numbers tell which it is. */
export function verdictWords(
  { verdict, reason, invalid_rate: invalidRate }: Pick<BuildAnswer, 'verdict' | 'reason' | 'invalid_rate'>,
  incidents: readonly Pick<IncidentAnswer, 'id' | 'group'>[],
): VerdictWords {
  if (verdict === 'pass') return HEALTHY
  if (verdict === 'wait') return WAITS_FOR[reason.code] === undefined ? TOO_EARLY : UNDECIDED
  if (reason.code === 'reports_badly') return REPORTING_BADLY
  if (reason.code === 'not_reporting') return NOT_REPORTING
  const group = incidents.find(({ id }) => id === reason.incident)?.group
  const isBad = group === undefined ? (invalidRate ?? 0) >= MOSTLY : group === 'invalid'
  return isBad ? REPORTING_BADLY : NOT_REPORTING
}

const MOSTLY = 0.5

/** What a verdict waits for that age alone doesn't bring, in three words. */
const WAITS_FOR: Readonly<Partial<Record<BuildAnswer['reason']['code'], string>>> = {
  channel_in_trouble: 'channel in trouble',
  not_judged: 'the judge catches up',
  not_listened: 'too few hours known',
  learning: 'channel not learnt yet',
}

/** What there is to wait for, in a few words; null where nothing has to be waited for. `knownWords` tells a time. */
export function waitWords(
  { verdict, reason, known_at: knownAt }: Pick<BuildAnswer, 'verdict' | 'reason' | 'known_at'>,
  knownWords: (time: number) => string,
): string | null {
  if (verdict !== 'wait') return null
  if (knownAt !== null) return `known from ${knownWords(Date.parse(knownAt))} on`
  return WAITS_FOR[reason.code] ?? 'too few submissions'
}

/** Those that something is said of their channel by; where there is none, all. */
export function speakingBuilds(builds: readonly BuildAnswer[]): readonly BuildAnswer[] {
  const material = builds.filter(({ is_material: isMaterial }) => isMaterial)
  return material.length > 0 ? material : builds
}

/**
 * The build that stands for its channel: the newest that something can be said of, else the newest; null: there is none.
 * One release can bring several builds on a day, of other applications; of healthy ones the largest stands for it.
 * `all`: newest first.
 */
export function judgedBuild(all: readonly BuildAnswer[]): BuildAnswer | null {
  const builds = speakingBuilds(all)
  const newest = builds.find(({ verdict }) => verdict !== 'wait')
  if (newest === undefined || newest.verdict === 'fail') return newest ?? builds[0] ?? null
  const since = Date.parse(newest.first_seen) - DAY_MS
  const sameDay = builds.filter(({ verdict, first_seen: at }) => verdict === 'pass' && Date.parse(at) > since)
  return sameDay.reduce((largest, build) => (build.received > MUCH_LARGER * largest.received ? build : largest), newest)
}

const MUCH_LARGER = 5

/** The failing builds without a healthy one between them, from the newest back: what is said of one holds for all. */
export function failingRun(builds: readonly BuildAnswer[]): readonly BuildAnswer[] {
  const known = speakingBuilds(builds).filter(({ verdict }) => verdict !== 'wait')
  const healthyAt = known.findIndex(({ verdict }) => verdict === 'pass')
  return healthyAt < 0 ? known : known.slice(0, healthyAt)
}

/** 0.41: what came of its first hours, of what half of the earlier builds had; null: not comparable. */
export function ofExpectedRatio({ expected }: Pick<BuildAnswer, 'expected'>): number | null {
  return expected === null || expected.middle <= 0 ? null : expected.seen / expected.middle
}
