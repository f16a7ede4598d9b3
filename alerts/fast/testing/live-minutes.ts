import { createHash } from 'node:crypto'
import type { ChannelHistory } from '../../../data/counts/history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import { incidentsInWindow } from '../../backtest.ts'
import type { Expectation } from '../../finding.ts'
import type { Incident } from '../../incident.ts'
import { advanceIncidents } from '../../incidents/advance-incidents.ts'
import { judgeHour } from '../../judge/judge-hour.ts'
import { createJudgeMemory, type JudgeMemory } from '../../judge/memory.ts'
import type { SensitivityOf } from '../../judge/sensitivity.ts'
import { advanceFastLook } from '../advance-fast-look.ts'

/** Monday 2014-01-06, 00:00: where the quiet days begin. */
const QUIET_START: EpochMs = Date.UTC(2014, 0, 6)
const HOUR_MINUTES = 60
const DAY_MINUTES = 24 * HOUR_MINUTES
/** As the service reads them. */
const MEMORY_MINUTES = 47 * HOUR_MINUTES

export interface MinutePlan {
  /** By channel, submissions an hour, on average. */
  readonly channels: Readonly<Record<string, number>>
  /** Days in which nothing happens, before those that are looked at. */
  readonly quietDays?: number
  /** Days that are looked at. */
  readonly days: number
  readonly seed?: number
  /** Percent of the usual that a channel has in a minute, counted from the end of the quiet days (negative in them); default 100. */
  readonly percent?: (channel: string, minute: number) => number
  /** Whether anybody listens in that minute; default always. */
  readonly isHeard?: (minute: number) => boolean
  /** Hours by which people's day is shifted then; default 0. A change of the clocks is one. */
  readonly shift?: (minute: number) => number
  readonly sensitivity?: SensitivityOf
  /** What a look at that minute sees of an earlier one, as a part of what is counted in the end; default 1. */
  readonly counted?: (channel: string, look: number, minute: number) => number
}

export interface Told {
  readonly incident: number
  readonly kind: string
  /** Minutes since the end of the quiet days. */
  readonly minute: number
  readonly text: string
}

/** What a service would tell that judges each hour, and looks at the minutes every five. */
export function liveMinutes(plan: MinutePlan): {
  readonly told: readonly Told[]
  readonly incidents: readonly Incident[]
} {
  const quietDays = plan.quietDays ?? 17
  const quiet = quietDays * DAY_MINUTES
  const minutes = quiet + plan.days * DAY_MINUTES
  const heard = Array.from({ length: minutes }, (_, i) => ((plan.isHeard?.(i - quiet) ?? true) ? 1 : 0))
  const received = new Map(
    Object.entries(plan.channels).map(([name, perHour], index) => [
      name,
      sent(plan, { name, perHour, index, quiet, heard }),
    ]),
  )
  const history = historyOf(received, heard)
  const incidents = new Map<number, Incident>()
  const told: Told[] = []
  const quietDaysOf = { received, heard, to: quiet }
  const remembered = rememberedAfter(quietDaysOf)
  const { memory, expectations } = remembered ?? { memory: createJudgeMemory(), expectations: new Map() }
  let learning = remembered?.learning ?? new Set(received.keys())
  const since = (at: EpochMs) => (at - QUIET_START) / MINUTE_MS - quiet
  const nextId = () => Math.max(0, ...incidents.keys()) + 1
  const take = (
    changed: readonly Incident[],
    events: readonly { incident: number; at: EpochMs; kind: string; text: string }[],
  ) => {
    for (const incident of changed) incidents.set(incident.id, incident)
    told.push(...events.map(({ incident, at, kind, text }) => ({ incident, kind, minute: since(at), text })))
  }
  const judge = (to: number) => {
    const hour = QUIET_START + (to - HOUR_MINUTES) * MINUTE_MS
    const relevant = incidentsInWindow([...incidents.values()], hour)
    const verdict = judgeHour({ history, hour, incidents: relevant, memory, isHistoryFinal: true })
    learning = new Set(verdict.learning.keys())
    for (const own of [...verdict.expectations, ...verdict.forecast])
      expectations.set(`${own.channel} ${own.hour}`, own)
    const { changed, events } = advanceIncidents({ incidents: relevant, verdict, nextId: nextId() })
    take(changed, events)
  }
  if (remembered === null) {
    for (let to = quiet - 2 * DAY_MINUTES; to <= quiet; to += HOUR_MINUTES) judge(to)
    if (told.length === 0) remember(quietDaysOf, { memory, expectations, learning })
  }
  for (let to = quiet; to <= minutes; to += 5) {
    if (to > quiet && to % HOUR_MINUTES === 0) judge(to)
    const from = to - MEMORY_MINUTES
    const start = QUIET_START + from * MINUTE_MS
    const near = [...expectations.values()].filter(({ hour }) => {
      return hour >= start - 2 * HOUR_MS && hour < start + (MEMORY_MINUTES + 2 * HOUR_MINUTES) * MINUTE_MS
    })
    const seen = [...received].map(([name, counts]): [string, Float64Array] => {
      const { counted } = plan
      const own = counts.subarray(from, to)
      return [name, counted === undefined ? own : own.map((n, i) => n * counted(name, to - quiet, from + i - quiet))]
    })
    const looked = advanceFastLook({
      counts: { start, minutes: MEMORY_MINUTES, coverage: heard.slice(from, to), received: new Map(seen) },
      expectations: near,
      incidents: [...incidents.values()],
      isLearnt: (channel) => !learning.has(channel),
      sensitivity: plan.sensitivity,
      nextId: nextId(),
    })
    take(looked.changed, looked.events)
    if (to % DAY_MINUTES === 0)
      for (const [key, { hour }] of expectations) if (hour < start - DAY_MS) expectations.delete(key)
  }
  return { told, incidents: [...incidents.values()] }
}

/** Minutes as they were received and listened to, up to, without, index `to`. */
interface Lived {
  readonly received: ReadonlyMap<string, Float64Array>
  readonly heard: readonly number[]
  readonly to: number
}

/** What a judge knows that has judged the last of them. */
interface Known {
  readonly memory: JudgeMemory
  readonly expectations: Map<string, Expectation>
  readonly learning: ReadonlySet<string>
}

/** Quiet days that were judged before: many plans begin with the very same. */
const quietDaysBefore: { readonly lived: string; readonly known: Known }[] = []

function remember(lived: Lived, known: Known): void {
  quietDaysBefore.push({ lived: digestOf(lived), known: structuredClone(known) })
}

/** A copy; null where these days were never judged. */
function rememberedAfter(lived: Lived): Known | null {
  const digest = digestOf(lived)
  const known = quietDaysBefore.find((own) => own.lived === digest)?.known
  return known === undefined ? null : structuredClone(known)
}

function digestOf({ received, heard, to }: Lived): string {
  const hash = createHash('sha256').update(Uint8Array.from(heard.slice(0, to)))
  for (const [name, counts] of received) hash.update(name).update(counts.slice(0, to))
  return hash.digest('base64')
}

interface Sender {
  readonly name: string
  readonly perHour: number
  readonly index: number
  readonly quiet: number
  readonly heard: readonly number[]
}

/** Two peaks a day, quieter weekends, noise that goes on for hours and some that goes on for minutes, and chance. */
function sent(plan: MinutePlan, { name, perHour, index, quiet, heard }: Sender): Float64Array {
  const random = randomStream((plan.seed ?? 1) * 7919 + index * 104_729 + 1)
  let hourly = 0
  let minutely = 0
  return Float64Array.from(heard, (isHeard, i) => {
    if (i % HOUR_MINUTES === 0) hourly = 0.7 * hourly + 0.015 * normal(random)
    minutely = 0.8 * minutely + 0.05 * normal(random)
    const usual = (perHour / HOUR_MINUTES) * tide(i / HOUR_MINUTES + (plan.shift?.(i - quiet) ?? 0))
    const percent = plan.percent?.(name, i - quiet) ?? 100
    return draw(random, isHeard * (percent / 100) * usual * Math.exp(hourly + minutely))
  })
}

function tide(hours: number): number {
  const day = Math.floor(hours / 24) % 7
  const daily =
    1 + 0.45 * Math.sin((2 * Math.PI * (hours - 9)) / 24) + 0.15 * Math.sin((4 * Math.PI * (hours - 3)) / 24)
  return daily * (day >= 5 ? 0.8 : 1)
}

function historyOf(received: ReadonlyMap<string, Float64Array>, heard: readonly number[]) {
  const hours = heard.length / HOUR_MINUTES
  const sums = (values: ArrayLike<number>) =>
    Float64Array.from({ length: hours }, (_, hour) => {
      let sum = 0
      for (let i = hour * HOUR_MINUTES; i < (hour + 1) * HOUR_MINUTES; i++) sum += values[i] ?? 0
      return sum
    })
  const channels = [...received].map(([name, counts]): [string, ChannelHistory] => [
    name,
    {
      received: sums(counts),
      invalid: new Float64Array(hours),
      reasons: new Map(),
      problems: new Map(),
      builds: new Map(),
      appVersions: new Map(),
      attributes: new Map(),
      discarded: new Map(),
    },
  ])
  const coverage = sums(heard).map((minutes) => minutes / HOUR_MINUTES)
  return { start: QUIET_START, hours, coverage, channels: new Map(channels) }
}

/** Poisson, by a normal distribution where it is large. */
function draw(random: () => number, mean: number): number {
  if (mean <= 0) return 0
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Mulberry32. */
function randomStream(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
