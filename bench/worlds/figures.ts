import { median as sampleMedian } from 'simple-statistics'
import { atLeast, atMost, type Floors, type Goal, held, table } from '../report.ts'
import type { EventRun, WorldRun } from './world-run.ts'

const LARGE_PER_HOUR = 1000
const MONTHS = 12
/** Worlds are lived with troubles and without. */
const LIVES = [
  ['among_events', true],
  ['without_events', false],
] as const

/** The tables that people read. */
export function tablesOf(runs: readonly WorldRun[]): string {
  return `${worldTable(runs)}\n${kindTable(runs)}\n${causeTable(runs)}\n${baselineTable(runs)}\n`
}

function worldTable(runs: readonly WorldRun[]): string {
  const worlds = [...new Set(runs.map(({ world }) => world))]
  const rows = [...worlds, ''].map((world) => {
    const own = runs.filter((run) => world === '' || run.world === world)
    const { found, all } = foundOf(own.flatMap(({ events }) => events.map(({ delayHours }) => delayHours)))
    return [world === '' ? 'all' : world, `${found} of ${all}`, falseText(own, true), falseText(own, false)]
  })
  return table(['world', 'events found', 'false alarms among events', 'without events'], rows)
}

function kindTable(runs: readonly WorldRun[]): string {
  const rows = [...byKind(runs)].map(([kind, events]) => {
    const known = knownDelays(events)
    const hours = (value: number) => (known.length === 0 ? '-' : `${value.toFixed(0)} h`)
    const repeats = events.reduce((sum, event) => sum + event.repeats, 0)
    return [kind, `${known.length} of ${events.length}`, hours(median(known)), hours(Math.max(...known)), `${repeats}`]
  })
  return table(['kind', 'found', 'median delay', 'worst', 'told again'], rows)
}

/** By kind, and by whether the channel is large. */
function byKind(runs: readonly WorldRun[]): ReadonlyMap<string, readonly EventRun[]> {
  const kinds = new Map<string, EventRun[]>()
  for (const { events } of runs) {
    for (const event of events) {
      const kind = event.perHour >= LARGE_PER_HOUR ? event.kind : `${event.kind}, under ${LARGE_PER_HOUR} an hour`
      const own = kinds.get(kind) ?? []
      own.push(event)
      kinds.set(kind, own)
    }
  }
  return new Map([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function knownDelays(events: readonly EventRun[]): readonly number[] {
  return events.map(({ delayHours }) => delayHours).filter((delay) => delay !== null)
}

function causeTable(runs: readonly WorldRun[]): string {
  const { causes, builds } = namedIn(runs)
  return table(
    ['what the first mail said', 'right'],
    [
      ['the value that carries it, first', `${causes.right} of ${causes.all}`],
      ['the first bad build', `${builds.right} of ${builds.all}`],
    ],
  )
}

function namedIn(runs: readonly WorldRun[]) {
  const events = runs.flatMap((run) => run.events)
  const count = (all: readonly (boolean | null)[]) => {
    const asked = all.filter((own) => own !== null)
    return { right: asked.filter(Boolean).length, all: asked.length }
  }
  return {
    causes: count(events.map(({ isCauseFirst }) => isCauseFirst)),
    builds: count(events.map(({ isBuildNamed }) => isBuildNamed)),
  }
}

function baselineTable(runs: readonly WorldRun[]): string {
  const names = [...new Set(runs.flatMap(({ baselines }) => baselines.map(({ name }) => name)))]
  const years = runs.reduce((sum, { channelYears }) => sum + channelYears, 0)
  const row = (name: string, delays: readonly (number | null)[], alarms: number) => {
    const { found, all } = foundOf(delays)
    return [name, `${found} of ${all}`, `${alarms}`, (alarms / years).toFixed(2)]
  }
  const own = row(
    'Tidewatch',
    runs.flatMap(({ events }) => events.map(({ delayHours }) => delayHours)),
    runs.reduce((sum, { falseAlarms }) => sum + falseAlarms.length, 0),
  )
  const others = names.map((name) => {
    const same = runs.flatMap(({ baselines }) => baselines.filter((baseline) => baseline.name === name))
    return row(
      name,
      same.flatMap(({ delays }) => delays),
      same.reduce((sum, { falseAlarms }) => sum + falseAlarms, 0),
    )
  })
  return table(['rule', 'events found', 'false alarms', 'a channel-year'], [own, ...others])
}

function foundOf(delays: readonly (number | null)[]): { readonly found: number; readonly all: number } {
  return { found: delays.filter((delay) => delay !== null).length, all: delays.length }
}

function falseText(runs: readonly WorldRun[], withEvents: boolean): string {
  const { alarms, years } = falseOf(runs, withEvents)
  if (years === 0) return '-'
  const [low, high] = poissonInterval(alarms)
  return `${alarms} in ${years.toFixed(1)} channel-years (${(low / years).toFixed(2)} to ${(high / years).toFixed(2)} a year)`
}

function falseOf(runs: readonly WorldRun[], withEvents: boolean): { readonly alarms: number; readonly years: number } {
  const own = runs.filter((run) => run.withEvents === withEvents)
  return {
    alarms: own.reduce((sum, { falseAlarms }) => sum + falseAlarms.length, 0),
    years: own.reduce((sum, { channelYears }) => sum + channelYears, 0),
  }
}

/** 95 % interval of a Poisson mean of which `count` was seen (Byar's approximation of the exact one). */
function poissonInterval(count: number): readonly [number, number] {
  const bound = (n: number, sign: number) => n * (1 - 1 / (9 * n) + (sign * 1.96) / (3 * Math.sqrt(n))) ** 3
  return [count === 0 ? 0 : Math.max(0, bound(count, -1)), bound(count + 1, 1)]
}

export function metricsOf(runs: readonly WorldRun[]): Record<string, number> {
  const figures: Record<string, number> = {
    milliseconds_per_hour: rounded(median(runs.map(({ msPerHour }) => msPerHour))),
  }
  for (const [name, withEvents] of LIVES) {
    const { alarms, years } = falseOf(runs, withEvents)
    const [low, high] = poissonInterval(alarms)
    figures[`channel_years_${name}`] = rounded(years)
    figures[`false_alarms_${name}`] = alarms
    if (years === 0) continue
    figures[`false_alarms_${name}_a_year_from`] = rounded(low / years)
    figures[`false_alarms_${name}_a_year_to`] = rounded(high / years)
  }
  for (const [kind, events] of byKind(runs)) {
    figures[`${nameOf(kind)}_found_ratio`] = rounded(knownDelays(events).length / events.length)
  }
  return { ...figures, ...delaysByKind(runs) }
}

/** By kind on channels of 1,000 an hour and more: the longest median and worst delay, in hours. */
const DELAY_GOALS: Readonly<Record<string, readonly [number, number | null]>> = {
  outage: [1, 1],
  step_30: [3, 6],
  leak: [192, 264],
  region_lost: [24, null],
  dead_build: [5, null],
  bad_build: [1, null],
  staged_bad_build: [4, null],
  problem_3: [1, 1],
  'step_30, under 1000 an hour': [8, null],
}

export const FLOORS: Floors = {
  events_found_ratio: atLeast(0.95, 'events that were told'),
  cause_named_first_ratio: atLeast(0.9, 'first mails that name the value that carries it first'),
  false_alarms_per_channel_month_among_events: atMost(0.1, 'told for nothing'),
  false_alarms_per_channel_month_without_events: atMost(0.05, 'told for nothing'),
  ...Object.fromEntries(
    Object.entries(DELAY_GOALS).flatMap(([kind, [middle, worst]]) => [
      [`${nameOf(kind)}_median_hours`, atMost(middle, 'until it was told')],
      ...(worst === null ? [] : [[`${nameOf(kind)}_worst_hours`, atMost(worst, 'until it was told')]]),
    ]),
  ),
}

export function goalsOf(runs: readonly WorldRun[]): Record<string, Goal> {
  const { found, all } = foundOf(runs.flatMap(({ events }) => events.map(({ delayHours }) => delayHours)))
  const { causes } = namedIn(runs)
  const reached: Record<string, number> = { events_found_ratio: rounded(found / Math.max(1, all)) }
  if (causes.all > 0) reached.cause_named_first_ratio = rounded(causes.right / causes.all)
  for (const [name, withEvents] of LIVES) {
    const { alarms, years } = falseOf(runs, withEvents)
    if (years > 0) reached[`false_alarms_per_channel_month_${name}`] = rounded(alarms / years / MONTHS)
  }
  return held(FLOORS, { ...reached, ...delaysByKind(runs) })
}

/** `outage_median_hours` and the like, of the kinds that were found at all. */
function delaysByKind(runs: readonly WorldRun[]): Record<string, number> {
  const delays: Record<string, number> = {}
  for (const [kind, events] of byKind(runs)) {
    const known = knownDelays(events)
    if (known.length === 0) continue
    delays[`${nameOf(kind)}_median_hours`] = rounded(median(known))
    delays[`${nameOf(kind)}_worst_hours`] = rounded(Math.max(...known))
  }
  return delays
}

function nameOf(kind: string): string {
  return kind.replaceAll(/\W+/g, '_')
}

function median(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : sampleMedian([...values])
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
