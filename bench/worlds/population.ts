import type { BuildHistory, ChannelHistory, History } from '../../data/counts/history.ts'
import type { Problem } from '../../data/domain/outcome.ts'
import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../data/domain/time.ts'
import { normal, poisson, type Random, randomStream, thinned, wandering } from '../../server/simulate/story/random.ts'
import { startBuilds, type WorldBuild } from './adoption.ts'
import { drawEvents, drawQuirks, type WorldQuirk } from './events.ts'
import { holidayDepth, offsetAt } from './regions.ts'
import type { ChannelSpec, EventKind, Region, WorldEvent, WorldSpec } from './spec.ts'

/** Weeks before the first event, in which a judge may learn. */
export const WARM_UP_WEEKS = 5
const RISING: Problem = 'bad_json'
const RISING_PART = 0.17
/** How the invalid ones divide, as ever; the last is 0.5 % of all where 3 % are invalid. */
const PROBLEMS: readonly (readonly [Problem, number])[] = [
  ['bad_histogram', 0.4],
  ['missing_revision', 0.25],
  ['invalid_revision', 0.18],
  [RISING, RISING_PART],
]

export interface LivedWorld {
  readonly world: WorldSpec
  readonly history: History
  readonly events: readonly WorldEvent[]
  readonly quirks: readonly WorldQuirk[]
}

export interface LifeOptions {
  readonly seed: number
  readonly weeks: number
  readonly withEvents: boolean
}

/** Lives `weeks` of a world. The season of the year in which it begins depends on the seed. */
export function live(world: WorldSpec, { seed, weeks, withEvents }: LifeOptions): LivedWorld {
  const first = randomStream(seed, world.name, 'start')
  const start = Date.UTC(2013, 6, 1) + Math.floor(first() * 52) * WEEK_MS
  const hours = weeks * 7 * 24
  const from = start + WARM_UP_WEEKS * WEEK_MS
  const end = start + hours * HOUR_MS
  const events = withEvents ? drawEvents(world, seed, from, end) : []
  const quirks = drawQuirks(world, seed, from, end)
  const coverage = Float64Array.from({ length: hours }, (_, i) => coverageAt(quirks, start + i * HOUR_MS))
  const materialFrom = new Map<WorldEvent, EpochMs>()
  const channels = world.channels.map((spec): [string, ChannelHistory] => [
    spec.name,
    liveChannel({ world, spec, seed, start, hours, coverage, events, quirks, materialFrom }),
  ])
  return {
    world,
    history: { start, hours, coverage, channels: new Map(channels) },
    events: events.map((event) => ({ ...event, materialFrom: materialFrom.get(event) ?? event.materialFrom })),
    quirks,
  }
}

function coverageAt(quirks: readonly WorldQuirk[], hour: EpochMs): number {
  let missing = 0
  for (const { quirk, start, end } of quirks) {
    if (quirk === 'gap') missing += Math.max(0, Math.min(end, hour + HOUR_MS) - Math.max(start, hour))
  }
  return Math.max(0, 1 - missing / HOUR_MS)
}

interface ChannelLife {
  readonly world: WorldSpec
  readonly spec: ChannelSpec
  readonly seed: number
  readonly start: EpochMs
  readonly hours: number
  readonly coverage: Float64Array
  readonly events: readonly WorldEvent[]
  readonly quirks: readonly WorldQuirk[]
  /** Filled: when the users of a staged build became enough to matter. */
  readonly materialFrom: Map<WorldEvent, EpochMs>
}

/** Of a channel, so much must be lost to a staged build to matter. */
const MATERIAL_SHARE = 0.1

function liveChannel(life: ChannelLife): ChannelHistory {
  const { world, spec, seed, start, hours, coverage } = life
  const random = randomStream(seed, world.name, spec.name)
  const unequal = world.regions.map(() => Math.exp(0.25 * normal(random)))
  const noise = wandering(spec.noise, spec.noiseMemory, random)
  const drift = wandering(0.15, 0.97, random)
  const builds = startBuilds(spec.builds, start)
  const all = growing(hours)
  const byBuild = new Map<string, GrowingSeries>()
  const own = life.events.filter(({ channel }) => channel === spec.name)
  const odd = life.quirks.filter(({ channel }) => channel === spec.name)
  const lost = lostRegion(spec)
  for (let i = 0; i < hours; i++) {
    const time = start + i * HOUR_MS
    const now = own.filter((event) => event.start <= time && time < event.end)
    const cutOff = now.some(({ kind }) => kind === 'region_lost')
    const activity = world.regions.reduce(
      (sum, region, r) =>
        cutOff && r === lost ? sum : sum + (spec.regions[r] ?? 0) * regionActivity(region, spec, time, unequal[r] ?? 1),
      0,
    )
    const level = spec.perHour * Math.exp((spec.growth * i) / 168 + noise())
    const mean = level * activity * volumeFactor(own, odd, world, time) * (coverage[i] ?? 1)
    const rate = Math.min(0.9, spec.invalid * Math.exp(drift()))
    const rise = now.some(({ kind }) => kind === 'problem_3') ? Math.max(0.025, 5 * RISING_PART * spec.invalid) : 0
    const burst = odd.some(({ quirk, start: begins, end }) => quirk === 'problem_burst' && begins <= time && time < end)
      ? 0.004
      : 0
    for (const { build, share } of builds.passHour(time, activity)) {
      const faults = faultsOf(own, build)
      const staged = now.find(({ kind }) => kind === 'staged_bad_build' && faults.has(kind))
      if (staged !== undefined && share >= MATERIAL_SHARE && !life.materialFrom.has(staged)) {
        life.materialFrom.set(staged, time)
      }
      if (faults.has('dead_build') || faults.has('staged_bad_build')) continue
      const series = byBuild.get(build.buildId) ?? growing(hours)
      byBuild.set(build.buildId, series)
      const saved = faults.has('reason_of_builds') ? 0 : poisson(mean * share * spec.savedSession, random)
      const idle = poisson(mean * share * (1 - spec.savedSession), random)
      add(all, series, i, 'saved-session', saved)
      add(all, series, i, 'idle-daily', idle)
      const broken = faults.has('bad_build') ? 0.35 : 0
      for (const [problem, part] of PROBLEMS) {
        const extra = problem === 'invalid_revision' ? broken : problem === RISING ? rise + burst : 0
        addInvalid(
          all,
          series,
          i,
          problem,
          clumped(saved + idle, rate * part, spec.clump, random) + thinned(saved + idle, extra, random),
        )
      }
    }
  }
  return { ...all, builds: byBuild, appVersions: new Map(), attributes: new Map(), discarded: new Map() }
}

function regionActivity(region: Region, { shape }: ChannelSpec, time: EpochMs, unequal: number): number {
  const local = time + offsetAt(region, time) * HOUR_MS
  const hour = (((local % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS
  const tide = shape.night + (1 - shape.night) * Math.min(1.05, bump(hour, 11.5, 3) + 0.95 * bump(hour, 19.5, 2.6))
  const weekday = new Date(local).getUTCDay()
  const day = weekday === 0 ? shape.sunday : weekday === 6 ? shape.saturday : 1
  return 1.55 * tide * day * (1 - Math.min(0.95, unequal * holidayDepth(region, local)))
}

function bump(hour: number, centre: number, width: number): number {
  const apart = Math.abs(((hour - centre + 36) % 24) - 12)
  return Math.exp(-0.5 * (apart / width) ** 2)
}

function volumeFactor(
  events: readonly WorldEvent[],
  quirks: readonly WorldQuirk[],
  world: WorldSpec,
  time: EpochMs,
): number {
  let factor = 1
  for (const { kind, start, end } of events) {
    const isOutage = kind === 'outage' || OUTAGES.has(kind)
    if (isOutage && world.quirks.includes('backlog') && time >= end)
      factor += 0.7 * Math.exp(-(time - end) / (3 * HOUR_MS))
    if (time < start || time >= end) continue
    if (isOutage) factor *= 0.01
    if (kind === 'halving') factor *= 0.5
    if (kind === 'step_30') factor *= 0.7
    if (kind === 'leak') factor *= 1 - (0.01 * (time - start)) / DAY_MS
    if (kind === 'surge') factor *= 1.6
  }
  for (const { quirk, start, end } of quirks) {
    if (time < start || time >= end) continue
    if (quirk === 'campaign_hour') factor *= 3
    if (quirk === 'blip') factor *= 0.6
  }
  return factor
}

const OUTAGES: ReadonlySet<EventKind> = new Set(['same_outage_7_days_later', 'same_outage_14_days_later'])

/** The region whose share is nearest to a quarter. */
function lostRegion({ regions }: ChannelSpec): number {
  let nearest = 0
  for (const [i, share] of regions.entries()) {
    if (Math.abs(share - 0.25) < Math.abs((regions[nearest] ?? 0) - 0.25)) nearest = i
  }
  return nearest
}

function faultsOf(events: readonly WorldEvent[], build: WorldBuild): ReadonlySet<EventKind> {
  return new Set(
    events.filter(({ start, end }) => build.releasedAt >= start && build.releasedAt < end).map(({ kind }) => kind),
  )
}

/** Of `trials`, about `ratio`; in clumps of about `clump` where clients that fail do so again and again. */
function clumped(trials: number, ratio: number, clump: number, random: Random): number {
  if (clump <= 1) return thinned(trials, ratio, random)
  let left = poisson((trials * ratio) / clump, random)
  let count = 0
  for (; left > 0; left--) count += 1 + Math.floor(-Math.log(1 - random()) * (clump - 0.5))
  return Math.min(trials, count)
}

interface GrowingSeries extends BuildHistory {
  readonly reasons: Map<string, Float64Array>
  readonly problems: Map<Problem, Float64Array>
}

function growing(hours: number): GrowingSeries {
  return {
    received: new Float64Array(hours),
    invalid: new Float64Array(hours),
    reasons: new Map(),
    problems: new Map(),
  }
}

function add(all: GrowingSeries, build: GrowingSeries, i: number, reason: string, count: number): void {
  for (const series of [all, build]) {
    raise(series.received, i, count)
    raise(seriesOf(series.reasons, reason, series.received.length), i, count)
  }
}

function addInvalid(all: GrowingSeries, build: GrowingSeries, i: number, problem: Problem, count: number): void {
  if (count === 0) return
  for (const series of [all, build]) {
    raise(series.invalid, i, count)
    raise(seriesOf(series.problems, problem, series.received.length), i, count)
  }
}

function seriesOf<K>(map: Map<K, Float64Array>, key: K, hours: number): Float64Array {
  const known = map.get(key) ?? new Float64Array(hours)
  map.set(key, known)
  return known
}

function raise(values: Float64Array, i: number, count: number): void {
  values[i] = (values[i] ?? 0) + count
}
