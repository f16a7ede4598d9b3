import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { BuildHistory, ChannelHistory, History } from '../../data/counts/history.ts'
import { HOUR_MS, WEEK_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import type { Incident } from '../incident.ts'
import { judgeHour } from './judge-hour.ts'
import { createJudgeMemory } from './memory.ts'
import { type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'
import type { Verdict } from './verdict.ts'

// How long it takes is the machine's business.
vi.setConfig({ testTimeout: 120_000 })

const HOURS_AFTER = 20
const SIBLINGS = { beta: { perHour: 9000 }, aurora: { perHour: 4000 } }

/** What happens on nightly after three quiet weeks, one stretch after the other, in percent of the usual. */
const notes = fc
  .array(
    fc.record({
      percent: fc.constantFrom(0, 30, 50, 80, 100, 100, 100, 170, 250),
      hours: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 2, maxLength: 4 },
  )
  .map((stretches) => stretches.map(({ percent, hours }) => `${percent}x${hours}`).join(' '))

const plans = fc.record({ seed: fc.integer({ min: 1, max: 1000 }), seen: notes }).map(
  ({ seed, seen }): HistoryPlan => ({
    seed,
    quietWeeks: 3,
    channels: { nightly: { perHour: 5000, seen }, ...SIBLINGS },
  }),
)

const RUNS = Number(process.env.TIDEWATCH_JUDGE_RUNS ?? 2)

/** A failure prints its seed and the plan it was shrunk to. */
function holds(property: fc.IProperty<[HistoryPlan]>): void {
  fc.assert(property, { numRuns: RUNS, endOnFailure: true })
}

/** What is said of the hours after the quiet weeks. */
function told(history: History, plan: HistoryPlan, shift = 0): readonly Incident[] {
  const options = shift === 0 ? { memory: quietMemory(plan) } : {}
  return backtest(history, { from: notesStart(plan) + shift, ...options }).incidents
}

/** Of an incident what people are told of: what, where, since when, told when, and when it is over. */
function essence({ kind, channels, series, start, detectedAt, end, state }: Incident, shift = 0) {
  const moved = (time: number | null) => (time === null ? null : time - shift)
  const times = [start, detectedAt, end].map(moved)
  return { kind, channels: [...channels].sort(), series, times, state }
}

test('ten times as many of everything change no verdict of a well-filled series', () => {
  holds(
    fc.property(plans, (plan) => {
      const history = makeHistory(plan, HOURS_AFTER)
      // Counts of counts stray less, so what is near a limit may fall on its other side: only where nothing is near one.
      const kinds = (incidents: readonly Incident[]) => incidents.map(({ kind, channels }) => ({ kind, channels }))
      expect(
        kinds(
          told(
            changed(history, (count) => count * 10),
            plan,
          ),
        ),
      ).toEqual(kinds(told(history, plan)))
    }),
  )
})

test('everything a week later is told a week later', () => {
  holds(
    fc.property(plans, (plan) => {
      const history = makeHistory(plan, HOURS_AFTER)
      const later = told({ ...history, start: history.start + WEEK_MS }, plan, WEEK_MS)
      expect(later.map((incident) => essence(incident, WEEK_MS))).toEqual(
        told(history, plan).map((incident) => essence(incident)),
      )
    }),
  )
})

test('what comes later changes no verdict on an earlier hour', () => {
  holds(
    fc.property(plans, (plan) => {
      const history = makeHistory(plan, HOURS_AFTER)
      const known = history.hours - HOURS_AFTER / 2
      const other = changed(history, (count, hour) => (hour < known ? count : 7 * count + 13))
      const to = history.start + known * HOUR_MS
      const verdicts = (of: History) => {
        const found: Pick<Verdict, 'findings' | 'expectations' | 'standings'>[] = []
        const onHour = ({ findings, expectations, standings }: Verdict) =>
          found.push({ findings, expectations, standings })
        backtest(of, { from: notesStart(plan), to, onHour, memory: quietMemory(plan) })
        return found
      }
      expect(verdicts(other)).toEqual(verdicts(history))
    }),
  )
})

test('hours that nobody listened in never raise a volume finding', () => {
  const gaps = fc.record({ seed: fc.integer({ min: 1, max: 1000 }), gap: fc.integer({ min: 1, max: 20 }) }).map(
    ({ seed, gap }): HistoryPlan => ({
      seed,
      quietWeeks: 3,
      heard: `100x3 .x${gap}`,
      channels: { nightly: { perHour: 5000, seen: `100x3 0x${gap}` }, ...SIBLINGS },
    }),
  )
  holds(
    fc.property(gaps, (plan) => {
      const kinds = told(makeHistory(plan, HOURS_AFTER), plan).map(({ group }) => group)
      expect(kinds).toEqual(['gap'])
    }),
  )
})

test('the order of the series changes nothing', () => {
  holds(
    fc.property(plans, (plan) => {
      const history = makeHistory(plan, HOURS_AFTER)
      const other = { ...history, channels: reversed(history.channels, reversedChannel) }
      expect(told(other, plan)).toEqual(told(history, plan))
    }),
  )
})

test('an hour is judged as it would be by a judge that has seen nothing before', () => {
  holds(
    fc.property(plans, (plan) => {
      const history = makeHistory(plan, HOURS_AFTER)
      const hour = history.start + (history.hours - 1) * HOUR_MS
      const verdicts: Verdict[] = []
      const after: (readonly Incident[])[] = []
      const onHour = (verdict: Verdict, incidents: readonly Incident[]) => {
        verdicts.push(verdict)
        after.push(incidents)
      }
      backtest(history, { from: notesStart(plan), onHour, memory: quietMemory(plan) })
      const { findings, expectations, standings } = verdicts.at(-1) ?? raise()
      const before = after.at(-2) ?? []
      expect(judgeHour({ history, hour, incidents: before, memory: createJudgeMemory() })).toMatchObject({
        findings,
        expectations,
        standings,
      })
    }),
  )
})

function raise(): never {
  throw new Error('nothing was judged')
}

/** The same history with every count changed. */
function changed(history: History, change: (count: number, hour: number) => number): History {
  const array = (counts: Float64Array) => counts.map(change)
  const all = <Key>(of: ReadonlyMap<Key, Float64Array>) => new Map([...of].map(([key, counts]) => [key, array(counts)]))
  const build = (own: BuildHistory): BuildHistory => ({
    received: array(own.received),
    invalid: array(own.invalid),
    reasons: all(own.reasons),
    problems: all(own.problems),
  })
  const channel = (own: ChannelHistory): ChannelHistory => ({
    ...build(own),
    builds: new Map([...own.builds].map(([id, counts]) => [id, build(counts)])),
    appVersions: all(own.appVersions),
    attributes: new Map([...own.attributes].map(([name, values]) => [name, all(values)])),
    discarded: own.discarded,
  })
  return { ...history, channels: new Map([...history.channels].map(([name, own]) => [name, channel(own)])) }
}

function reversed<Key, Value>(map: ReadonlyMap<Key, Value>, change: (value: Value) => Value): Map<Key, Value> {
  return new Map([...map].reverse().map(([key, value]) => [key, change(value)]))
}

function reversedChannel(channel: ChannelHistory): ChannelHistory {
  const same = <Value>(value: Value) => value
  return {
    ...channel,
    reasons: reversed(channel.reasons, same),
    problems: reversed(channel.problems, same),
    builds: reversed(channel.builds, (build) => ({ ...build, reasons: reversed(build.reasons, same) })),
    appVersions: reversed(channel.appVersions, same),
    attributes: reversed(channel.attributes, (values) => reversed(values, same)),
  }
}
