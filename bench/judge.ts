import { parseArgs } from 'node:util'
import { median as sampleMedian } from 'simple-statistics'
import { backtest } from '../alerts/backtest.ts'
import { atLeast, atMost, type Goal, printResult, table } from './report.ts'
import { BASELINES } from './worlds/baselines.ts'
import { type LivedWorld, live, WARM_UP_WEEKS } from './worlds/population.ts'
import { score, type Told, type WorldScore } from './worlds/score.ts'
import type { WorldEvent, WorldSpec } from './worlds/spec.ts'
import { REPORTED_WORLDS } from './worlds/worlds.ts'

/**
 * The judge in worlds of several structures, on seeds that nothing was tuned on: what was found and how soon, what was told for
 * nothing, and what simple rules make of the very same counts. Each world is lived with troubles and, from another seed, without any.
 */
const { values: asked } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    first: { type: 'string', default: '1001' },
    weeks: { type: 'string', default: '22' },
    world: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
})

/** Seeds below this were looked at while the judge was made; only those from here on are reported. */
const FIRST_REPORTED_SEED = 1001
const HOURS_PER_YEAR = 8766
const LARGE_PER_HOUR = 1000

interface Judged {
  readonly world: WorldSpec
  readonly withEvents: boolean
  readonly score: WorldScore
  /** In the order of `BASELINES`. */
  readonly baselines: readonly WorldScore[]
  readonly channelYears: number
  readonly msPerHour: number
}

const seeds = whole('seeds', asked.seeds)
const first = whole('first', asked.first)
const weeks = whole('weeks', asked.weeks)
const worlds = REPORTED_WORLDS.filter(({ name }) => name.includes(asked.world))
if (first < FIRST_REPORTED_SEED) process.stdout.write('Seeds that the judge was tuned with: no figures to report.\n')
const judged = worlds.flatMap((world) =>
  Array.from({ length: seeds }, (_, i) => [judge(world, first + i, true), judge(world, first + i, false)]).flat(),
)
process.stdout.write(`${worldTable()}\n${kindTable()}\n${baselineTable()}\n`)
printResult('judge', metrics(), goals())

function whole(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  process.stderr.write(`--${name} is "${text}": use a whole number from 1\n`)
  return process.exit(64)
}

function judge(world: WorldSpec, seed: number, withEvents: boolean): Judged {
  const lived = live(world, { seed: withEvents ? seed : seed + 500_000, weeks, withEvents })
  const started = performance.now()
  const { incidents } = backtest(lived.history)
  const msPerHour = (performance.now() - started) / lived.history.hours
  const own = score(lived.events, incidents, world.channels.length)
  if (asked.list) list(lived, own)
  process.stderr.write(
    `${world.name}, seed ${seed}${withEvents ? '' : ', without events'}: ${msPerHour.toFixed(1)} ms an hour\n`,
  )
  return {
    world,
    withEvents,
    score: own,
    baselines: BASELINES.map(({ tell }) => score(lived.events, tell(lived.history), world.channels.length)),
    channelYears: (world.channels.length * (weeks - WARM_UP_WEEKS) * 168) / HOURS_PER_YEAR,
    msPerHour,
  }
}

function list({ world, events }: LivedWorld, { events: scored, falseAlarms }: WorldScore): void {
  for (const { event, delayHours } of scored) {
    process.stdout.write(
      `${world.name}: ${event.kind} on ${event.channel} from ${hourText(event.start)}: ${hoursText(delayHours)}\n`,
    )
  }
  for (const told of falseAlarms)
    process.stdout.write(`${world.name}, of ${events.length} events: ${alarmText(told)}\n`)
}

function alarmText({ group, channels, start, detectedAt }: Told): string {
  return `FALSE ${group} on ${channels.join(', ')} from ${hourText(start)}, told ${hourText(detectedAt)}`
}

function hourText(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

function hoursText(hours: number | null): string {
  return hours === null ? 'missed' : `${hours.toFixed(0)} h`
}

function worldTable(): string {
  const rows = worlds.map((world) => {
    const own = judged.filter((run) => run.world === world)
    const { found, all } = foundOf(own.map((run) => run.score))
    return [world.name, `${found} of ${all}`, falseText(own, true), falseText(own, false)]
  })
  return table(['world', 'events found', 'false alarms among events', 'without events'], rows)
}

function kindTable(): string {
  const rows = [...byKind()].map(([kind, delays]) => {
    const known = delays.filter((delay) => delay !== null)
    return [
      kind,
      `${known.length} of ${delays.length}`,
      known.length === 0 ? '-' : hoursText(median(known)),
      known.length === 0 ? '-' : hoursText(Math.max(...known)),
    ]
  })
  return table(['kind', 'found', 'median delay', 'worst'], rows)
}

/** Delays by kind, and by whether the channel is large; null: missed. */
function byKind(): ReadonlyMap<string, readonly (number | null)[]> {
  const kinds = new Map<string, (number | null)[]>()
  for (const { world, score: own } of judged) {
    for (const { event, delayHours } of own.events) {
      const kind = kindOf(world, event)
      kinds.set(kind, [...(kinds.get(kind) ?? []), delayHours])
    }
  }
  return new Map([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function kindOf(world: WorldSpec, { kind, channel }: WorldEvent): string {
  const perHour = world.channels.find(({ name }) => name === channel)?.perHour ?? 0
  return perHour >= LARGE_PER_HOUR ? kind : `${kind}, under ${LARGE_PER_HOUR} an hour`
}

function baselineTable(): string {
  const rows = [
    ['Tidewatch', (run: Judged) => run.score] as const,
    ...BASELINES.map(({ name }, i) => [name, (run: Judged) => run.baselines[i] ?? run.score] as const),
  ].map(([name, pick]) => {
    const { found, all } = foundOf(judged.map(pick))
    const alarms = judged.reduce((sum, run) => sum + pick(run).falseAlarms.length, 0)
    const years = judged.reduce((sum, { channelYears }) => sum + channelYears, 0)
    return [name, `${found} of ${all}`, `${alarms}`, (alarms / years).toFixed(2)]
  })
  return table(['rule', 'events found', 'false alarms', 'a channel-year'], rows)
}

function foundOf(scores: readonly WorldScore[]): { found: number; all: number } {
  const events = scores.flatMap((own) => own.events)
  return { found: events.filter(({ delayHours }) => delayHours !== null).length, all: events.length }
}

function falseText(runs: readonly Judged[], withEvents: boolean): string {
  const { alarms, years } = falseOf(runs, withEvents)
  const [low, high] = interval(alarms)
  return `${alarms} in ${years.toFixed(0)} channel-years (${(low / years).toFixed(2)} to ${(high / years).toFixed(2)} a year)`
}

function falseOf(runs: readonly Judged[], withEvents: boolean): { alarms: number; years: number } {
  const own = runs.filter((run) => run.withEvents === withEvents)
  return {
    alarms: own.reduce((sum, run) => sum + run.score.falseAlarms.length, 0),
    years: own.reduce((sum, { channelYears }) => sum + channelYears, 0),
  }
}

/** 95 % interval of a Poisson mean of which `count` was seen (Byar's approximation of the exact one). */
function interval(count: number): readonly [number, number] {
  const bound = (n: number, sign: number) => n * (1 - 1 / (9 * n) + (sign * 1.96) / (3 * Math.sqrt(n))) ** 3
  return [count === 0 ? 0 : Math.max(0, bound(count, -1)), bound(count + 1, 1)]
}

function metrics(): Record<string, number> {
  const figures: Record<string, number> = {
    milliseconds_per_hour: rounded(median(judged.map(({ msPerHour }) => msPerHour))),
    channel_years_with_events: rounded(falseOf(judged, true).years),
    channel_years_without_events: rounded(falseOf(judged, false).years),
  }
  for (const [kind, delays] of byKind()) {
    const known = delays.filter((delay) => delay !== null)
    const name = kind.replaceAll(/\W+/g, '_')
    figures[`${name}_found_ratio`] = rounded(known.length / delays.length)
    if (known.length > 0) figures[`${name}_median_hours`] = rounded(median(known))
  }
  return figures
}

function goals(): Record<string, Goal> {
  const { found, all } = foundOf(judged.map((run) => run.score))
  const among = falseOf(judged, true)
  const without = falseOf(judged, false)
  const MONTHS = 12
  return {
    events_found_ratio: atLeast(rounded(found / Math.max(1, all)), 0.95),
    false_alarms_per_channel_month_among_events: atMost(rounded(among.alarms / among.years / MONTHS), 0.1),
    false_alarms_per_channel_month_without_events: atMost(rounded(without.alarms / without.years / MONTHS), 0.05),
  }
}

function median(values: readonly number[]): number {
  return sampleMedian([...values])
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
