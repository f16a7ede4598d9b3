import { backtest } from '../../alerts/backtest.ts'
import type { Expectation, Explanation } from '../../alerts/finding.ts'
import type { Incident } from '../../alerts/incident.ts'
import { HOUR_MS, isoSeconds } from '../../data/domain/time.ts'
import { BASELINES } from './baselines.ts'
import { casesOf } from './cases.ts'
import { type LivedWorld, live, WARM_UP_WEEKS } from './population.ts'
import { type ScoredEvent, score } from './score.ts'
import type { EventKind, WorldEvent } from './spec.ts'
import type { EventRun, WorldJob, WorldRun } from './world-run.ts'
import { REPORTED_WORLDS } from './worlds.ts'

const HOURS_PER_YEAR = 8766
/** Apart from all seeds with events. */
const QUIET_SEEDS_FROM = 500_000

/** Lives one world, judges it as the service would have, and holds what was told against what happened. */
export function runWorld(job: WorldJob): WorldRun {
  const world = REPORTED_WORLDS.find(({ name }) => name === job.world)
  if (world === undefined) throw new Error(`world is "${job.world}": use one of those of worlds.ts`)
  const { weeks, withEvents } = job
  const lived = live(world, { seed: withEvents ? job.seed : job.seed + QUIET_SEEDS_FROM, weeks, withEvents })
  const judged = judge(lived)
  const own = score(lived.events, judged.incidents, world.channels.length)
  return {
    ...job,
    channelYears: (world.channels.length * (weeks - WARM_UP_WEEKS) * 168) / HOURS_PER_YEAR,
    msPerHour: judged.msPerHour,
    events: own.events.map((scored) => eventRun(lived, scored, judged.firstSaid)),
    falseAlarms: own.falseAlarms.map(({ group, channels, start, detectedAt }) => ({
      group,
      channels,
      start,
      detectedAt,
    })),
    baselines: BASELINES.map(({ name, tell }) => {
      const { events, falseAlarms } = score(lived.events, tell(lived.history), world.channels.length)
      return { name, delays: events.map(({ delayHours }) => delayHours), falseAlarms: falseAlarms.length }
    }),
    cases: casesOf(lived, { score: own, incidents: judged.incidents, expected: judged.expected }),
  }
}

interface JudgedWorld {
  readonly incidents: readonly Incident[]
  /** By incident, as it was explained when it was told. */
  readonly firstSaid: ReadonlyMap<number, Explanation>
  /** By hour of the history. */
  readonly expected: readonly (readonly Expectation[])[]
  readonly msPerHour: number
}

function judge({ history }: LivedWorld): JudgedWorld {
  const firstSaid = new Map<number, Explanation>()
  const expected: (readonly Expectation[])[] = []
  const started = performance.now()
  const { incidents } = backtest(history, {
    onHour: (verdict, known) => {
      expected.push(verdict.expectations)
      if (known.length === firstSaid.size) return
      for (const { id, explanation } of known) if (!firstSaid.has(id)) firstSaid.set(id, explanation)
    },
  })
  return { incidents, firstSaid, expected, msPerHour: (performance.now() - started) / history.hours }
}

function eventRun(
  { world }: LivedWorld,
  { event, foundBy, delayHours, repeats }: ScoredEvent<Incident>,
  firstSaid: ReadonlyMap<number, Explanation>,
): EventRun {
  const { kind, channel, start } = event
  const said = foundBy === null ? undefined : firstSaid.get(foundBy.id)
  const cause = CAUSES[kind]
  return {
    kind,
    channel,
    perHour: world.channels.find(({ name }) => name === channel)?.perHour ?? 0,
    start,
    delayHours,
    repeats,
    isCauseFirst: said === undefined || cause === undefined ? null : said.carriers[0]?.value === cause,
    isBuildNamed: said === undefined || !OF_BUILDS.has(kind) ? null : said.firstBuildId === firstBuild(event),
  }
}

/** The dimension value that carries it, of those kinds that have one. */
const CAUSES: Readonly<Partial<Record<EventKind, string>>> = {
  reason_of_builds: 'saved-session',
  problem_3: 'bad_json',
  bad_build: 'invalid_revision',
}
const OF_BUILDS: ReadonlySet<EventKind> = new Set(['reason_of_builds', 'bad_build'])

/** Such an event begins with its first build. */
function firstBuild({ start }: WorldEvent): string {
  return isoSeconds(Math.floor(start / HOUR_MS) * HOUR_MS)
    .replace(/\D/g, '')
    .slice(0, 14)
}
