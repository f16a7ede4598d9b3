import type { BuildHistory, ChannelHistory, History } from '../../../data/counts/history.ts'
import type { Problem } from '../../../data/domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoDate } from '../../../data/domain/time.ts'
import { DAY_HOURS, slotOf, toHourNumber, WEEK_HOURS } from '../window.ts'

/** Monday 2014-01-06, 00:00: where the quiet weeks of every made history begin. */
const QUIET_START: EpochMs = Date.UTC(2014, 0, 6)

export interface HistoryPlan {
  /** Weeks in which nothing happens, before what `channels` say; default 4. */
  readonly quietWeeks?: number
  readonly seed?: number
  /** By channel. */
  readonly channels: Readonly<Record<string, ChannelPlan>>
  /** Percent of each hour after the quiet weeks that was listened to; default 100 throughout. */
  readonly heard?: string
}

/**
 * Hour by hour after the quiet weeks, as percent of the usual; `x` repeats: `100x6 40x3` are six usual hours and three with
 * 40 %. What a note doesn't reach is usual.
 */
export interface ChannelPlan {
  readonly perHour: number
  readonly seen?: string
  /** Of saved-session alone, on top of `seen`. */
  readonly savedSession?: string
  /** Builds first seen from so many hours after the quiet weeks on fail with invalid_revision, all of them. */
  readonly failingFrom?: number
  /** In the same way: they send no saved-session, */
  readonly lackingFrom?: number
  /** or nothing at all. */
  readonly silentFrom?: number
  /** Percent of what is sent whose body is too large, by hour after the quiet weeks; elsewhere `usuallyTooLarge`. */
  readonly tooLarge?: string
  readonly usuallyTooLarge?: number
}

/** When the notes begin. */
export function notesStart(plan: HistoryPlan): EpochMs {
  return QUIET_START + (plan.quietWeeks ?? 4) * 7 * DAY_MS
}

/** Percents by hour; `.` is an hour that nobody listened to. */
function parseNotes(notes: string): number[] {
  return notes
    .trim()
    .split(/\s+/)
    .filter((token) => token !== '')
    .flatMap((token) => {
      const [value = '', times = '1'] = token.split('x')
      return Array.from({ length: Number(times) }, () => (value === '.' ? 0 : Number(value)))
    })
}

/** A small world with two peaks a day, quieter weekends, daily builds, two reasons and a standing invalid rate of 2 %. */
export function makeHistory(plan: HistoryPlan, hoursAfter = 96): History {
  const quietHours = (plan.quietWeeks ?? 4) * WEEK_HOURS
  const hours = quietHours + hoursAfter
  const heard = parseNotes(plan.heard ?? '')
  const coverage = new Float64Array(hours).map((_, hour) => (heard[hour - quietHours] ?? 100) / 100)
  const channels = new Map<string, ChannelHistory>()
  for (const [index, [name, own]] of Object.entries(plan.channels).entries()) {
    const random = randomStream((plan.seed ?? 1) * 1000 + index)
    channels.set(name, makeChannel(own, { hours, quietHours, coverage, random }))
  }
  return { start: QUIET_START, hours, coverage, channels }
}

interface World {
  readonly hours: number
  readonly quietHours: number
  readonly coverage: Float64Array
  readonly random: () => number
}

function makeChannel(plan: ChannelPlan, { hours, quietHours, coverage, random }: World): ChannelHistory {
  const zeros = () => new Float64Array(hours)
  const saved = zeros()
  const idle = zeros()
  const received = zeros()
  const bad = zeros()
  const revision = zeros()
  const invalid = zeros()
  const https = zeros()
  const builds = new Map<string, MadeBuild>()
  const discarded = { submissions: zeros(), typicalBytes: zeros(), limitBytes: zeros() }
  const tooLarge = parseNotes(plan.tooLarge ?? '')
  const seen = parseNotes(plan.seen ?? '')
  const savedSession = parseNotes(plan.savedSession ?? '')
  const from = (hoursAfter: number | undefined) => quietHours + (hoursAfter ?? Number.POSITIVE_INFINITY)
  let drift = 0
  for (let hour = 0; hour < hours; hour++) {
    drift = 0.7 * drift + 0.012 * normal(random)
    const usual = plan.perHour * tide(toHourNumber(QUIET_START) + hour) * Math.exp(drift)
    const sent = ((seen[hour - quietHours] ?? 100) / 100) * (coverage[hour] ?? 1)
    const tooLargeRatio = (tooLarge[hour - quietHours] ?? plan.usuallyTooLarge ?? 0) / 100
    const factor = sent * (1 - tooLargeRatio)
    const discardedNow = draw(random, usual * sent * tooLargeRatio)
    discarded.submissions[hour] = discardedNow
    if (discardedNow > 0) [discarded.typicalBytes[hour], discarded.limitBytes[hour]] = MADE_SIZES
    const lack = (savedSession[hour - quietHours] ?? 100) / 100
    for (const { build, share, released } of buildShares(hour)) {
      if (released >= from(plan.silentFrom)) continue
      const own = entry(builds, build, () => makeBuild(zeros))
      const lacking = released >= from(plan.lackingFrom) ? 0 : lack
      const savedOfBuild = draw(random, usual * factor * share * 0.6 * lacking)
      const idleOfBuild = draw(random, usual * factor * share * 0.4)
      const all = savedOfBuild + idleOfBuild
      const badOfBuild = draw(random, all * 0.02)
      const revisionOfBuild = released >= from(plan.failingFrom) ? all - badOfBuild : 0
      saved[hour] = (saved[hour] ?? 0) + savedOfBuild
      idle[hour] = (idle[hour] ?? 0) + idleOfBuild
      received[hour] = (received[hour] ?? 0) + all
      bad[hour] = (bad[hour] ?? 0) + badOfBuild
      revision[hour] = (revision[hour] ?? 0) + revisionOfBuild
      https[hour] = (https[hour] ?? 0) + revisionOfBuild
      own.received[hour] = all
      own.invalid[hour] = badOfBuild + revisionOfBuild
      own.saved[hour] = savedOfBuild
      own.idle[hour] = idleOfBuild
      own.revision[hour] = revisionOfBuild
    }
    invalid[hour] = (bad[hour] ?? 0) + (revision[hour] ?? 0)
  }
  return {
    received,
    invalid,
    reasons: reasonsOf(saved, idle),
    problems: new Map<Problem, Float64Array>([
      ['bad_histogram', bad],
      ['invalid_revision', revision],
    ]),
    builds: new Map([...builds].map(([build, own]) => [build, asHistory(own)])),
    appVersions: new Map([['29.0a1', received]]),
    attributes: new Map([['revision_prefix', new Map([['https://hg.example.org', https]])]]),
    discarded: discarded.submissions.some((count) => count > 0) ? new Map([['body', discarded]]) : new Map(),
  }
}

/** In bytes: what too large ones ask for, and the limit. */
const MADE_SIZES = [312_000, 204_800] as const

interface MadeBuild {
  readonly received: Float64Array
  readonly invalid: Float64Array
  readonly saved: Float64Array
  readonly idle: Float64Array
  readonly revision: Float64Array
}

function makeBuild(zeros: () => Float64Array): MadeBuild {
  return { received: zeros(), invalid: zeros(), saved: zeros(), idle: zeros(), revision: zeros() }
}

function asHistory({ received, invalid, saved, idle, revision }: MadeBuild): BuildHistory {
  return { received, invalid, reasons: reasonsOf(saved, idle), problems: new Map([['invalid_revision', revision]]) }
}

function reasonsOf(saved: Float64Array, idle: Float64Array): ReadonlyMap<string, Float64Array> {
  return new Map([
    ['idle-daily', idle],
    ['saved-session', saved],
  ])
}

/** Mean of 1 over a week, about. */
function tide(hour: number): number {
  const ofDay = hour % DAY_HOURS
  const peak = (at: number, width: number) => Math.exp(-((((ofDay - at + 36) % 24) - 12) ** 2) / (2 * width ** 2))
  const weekend = slotOf(hour) >= 5 * DAY_HOURS ? 0.83 : 1
  return weekend * (0.62 + 0.6 * peak(11, 3) + 0.75 * peak(19, 2.5))
}

/** A build a day, at noon; its users come within a day or two and leave for the next. The oldest has all who are left. */
function buildShares(hour: number) {
  const adopted = (age: number) => (age <= 0 ? 0 : 1 - Math.exp(-age / 20))
  const newest = Math.floor((hour - 12) / DAY_HOURS)
  return Array.from({ length: 6 }, (_, back) => newest - back).flatMap((day, back) => {
    const age = hour + 0.5 - (day * DAY_HOURS + 12)
    const onThisOrNewer = back === 5 ? 1 : adopted(age)
    const share = onThisOrNewer - (back === 0 ? 0 : adopted(age - DAY_HOURS))
    const build = isoDate(QUIET_START + day * DAY_MS).replaceAll('-', '')
    return share <= 0 ? [] : [{ build, share, released: day * DAY_HOURS + 12 }]
  })
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) {
    value = make()
    map.set(key, value)
  }
  return value
}

/** Mulberry32: small, seeded, good enough to shake counts with. */
function randomStream(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A count with this mean, nearly as scattered as Poisson's. */
function draw(random: () => number, mean: number): number {
  return mean <= 0 ? 0 : Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
}

/** A copy of the hours from index `from` up to, without, index `to`. */
export function excerpt(history: History, from: number, to: number): History {
  const cut = (values: Float64Array) => values.slice(from, to)
  const cutAll = <K>(map: ReadonlyMap<K, Float64Array>) =>
    new Map([...map].map(([key, values]) => [key, cut(values)] as const))
  const cutCommon = (own: BuildHistory): BuildHistory => ({
    received: cut(own.received),
    invalid: cut(own.invalid),
    reasons: cutAll(own.reasons),
    problems: cutAll(own.problems),
  })
  const channels = [...history.channels].map(([name, own]) => {
    const builds = new Map([...own.builds].map(([build, counts]) => [build, cutCommon(counts)] as const))
    const attributes = new Map([...own.attributes].map(([attribute, values]) => [attribute, cutAll(values)] as const))
    const discarded = [...own.discarded].map(([cause, { submissions, typicalBytes, limitBytes }]) => {
      const cuts = { submissions: cut(submissions), typicalBytes: cut(typicalBytes), limitBytes: cut(limitBytes) }
      return [cause, cuts] as const
    })
    const rest = { appVersions: cutAll(own.appVersions), attributes, discarded: new Map(discarded) }
    return [name, { ...cutCommon(own), builds, ...rest }] as const
  })
  const start = history.start + from * HOUR_MS
  return { start, hours: to - from, coverage: cut(history.coverage), channels: new Map(channels) }
}
