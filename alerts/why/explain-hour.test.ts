import { describe, expect, test, vi } from 'vitest'
import type { History } from '../../data/counts/history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import type { Incident } from '../incident.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory } from '../judge/memory.ts'
import { type ChannelPlan, type HistoryPlan, makeHistory, notesStart } from '../judge/testing/make-history.ts'
import { quietMemory } from '../judge/testing/quiet-memory.ts'
import type { Silence } from '../silence.ts'
import { makeIncident } from '../testing/make-incident.ts'
import type { BesideHours } from './beside-hours.ts'
import { explainHour } from './explain-hour.ts'
import type { DetectorWhy, HourWhy } from './hour-why.ts'
import { watchChannel } from './watch.ts'
import { nearestWords, whySentence } from './why-sentence.ts'
import { sensitivityOf } from './would-tell.ts'

vi.setConfig({ testTimeout: 60_000 })

const siblings = { beta: { perHour: 9000 }, aurora: { perHour: 1700 }, esr: { perHour: 3000 } } as const

function planOf(nightly: Partial<ChannelPlan>, rest: Partial<HistoryPlan> = {}): HistoryPlan {
  return { channels: { ...siblings, nightly: { perHour: 2200, ...nightly } }, ...rest }
}

interface Judged {
  readonly history: History
  readonly incidents: readonly Incident[]
  why(
    hoursAfter: number,
    changes?: { channel?: string; silences?: readonly Silence[]; besides?: BesideHours; more?: readonly Incident[] },
  ): HourWhy
}

function judged(plan: HistoryPlan, hours: number): Judged {
  const history = makeHistory(plan, hours)
  const { incidents } = backtest(history, { from: notesStart(plan), memory: quietMemory(plan) })
  return {
    history,
    incidents,
    why: (hoursAfter, { channel = 'nightly', silences = [], besides, more = [] } = {}) =>
      explainHour({
        ...{ history, hour: notesStart(plan) + hoursAfter * HOUR_MS, channel, silences },
        incidents: [...incidents, ...more],
        ...(besides && { besides }),
      }),
  }
}

const codes = ({ heldBack }: HourWhy) => heldBack.map(({ code }) => code)
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')

describe('an hour that was told', () => {
  const { incidents, why } = judged(planOf({ seen: '100x10 70x8' }), 18)
  const [incident] = incidents
  const hours = ((incident?.detectedAt ?? 0) - notesStart(planOf({}))) / HOUR_MS

  test('says which detector told it, with what against what', () => {
    expect(incidents).toHaveLength(1)
    const told = why(hours - 1)
    expect(told.told).toMatchObject([{ channel: 'nightly', incident: incident?.id, isNew: true }])
    expect(told.detectors[0]).toMatchObject({ detector: 'loss', series: {}, nearest: { isMet: true } })
    expect(plain(whySentence(told))).toMatch(
      /^Told: incident 1, a (drop|decline) on nightly\. Loss, (this hour|the last \d+ h): \d+\.\d % lost; [\d.]+ % is told\.$/,
    )
    expect(told.heldBack).toEqual([])
  })

  test('and the hour before says what was still missing', () => {
    const before = why(hours - 2)
    expect(before.told).toEqual([])
    expect(codes(before)).toContain('too_short')
    expect(before.detectors[0]?.nearest).toMatchObject({ isMet: false })
    expect(before.detectors[0]?.nearest.reached).toBeGreaterThan(0.5)
    expect(plain(whySentence(before))).toMatch(
      /^Not told: nightly had .* below expected .* too short, it is told once it lasts/,
    )
  })

  test('and the hours after it are part of its incident', () => {
    const after = why(hours + 1)
    expect(after.told).toMatchObject([{ incident: 1, isNew: false }])
    expect(codes(after)).toContain('part_of_incident')
    expect(whySentence(after)).toBe('Not told again: what this hour shows is part of incident 1.')
  })

  test('and a silence of the channel is named, with the incident whose mails it held back', () => {
    const from = notesStart(planOf({}))
    const silence: Silence = {
      ...{ id: 7, matcher: { channel: 'nightly' }, from, until: from + 48 * HOUR_MS },
      ...{ reason: 'known', author: 'mreid', createdAt: from, ended: null },
    }
    expect(why(hours - 1, { silences: [silence] }).heldBack).toMatchObject([{ code: 'silenced', incident: 1 }])
  })
})

describe('an hour that was not told', () => {
  test('because nothing is wrong holds nothing back, and no detector is near', () => {
    const quiet = judged(planOf({}), 12).why(11)
    expect(quiet).toMatchObject({ told: [], incidents: [], isKnown: true, coverageRatio: 1 })
    expect(quiet.seen).toBeGreaterThan(quiet.expected?.low ?? Number.POSITIVE_INFINITY)
    expect(plain(whySentence(quiet))).toMatch(/^Not told: nightly had [\d ]+, as expected \([\d ]+ – [\d ]+\)\./)
    expect(quiet.detectors.every(({ nearest }) => !nearest.isMet)).toBe(true)
  })

  test('because the other channels fell as well says by how much', () => {
    const all = { seen: '100x10 72x6' }
    const plan: HistoryPlan = {
      channels: { nightly: { perHour: 2200, ...all }, beta: { perHour: 9000, ...all }, esr: { perHour: 3000, ...all } },
    }
    const why = judged(plan, 16).why(14)
    expect(why.told).toEqual([])
    const excused = why.heldBack.find(({ code }) => code === 'siblings')
    expect(plain(excused?.text ?? '')).toMatch(/were missing, but the other channels lost \d+ % as well\.$/)
  })

  test('because nobody listened is unknown and no loss', () => {
    const why = judged(planOf({}, { heard: '100x10 .x3' }), 13).why(11)
    expect(why).toMatchObject({ isKnown: false, seen: null, coverageRatio: 0 })
    expect(codes(why)).toContain('uncovered')
    expect(why.told).toMatchObject([{ kind: 'gap' }])
  })

  test('because only a part of it was listened to says how much', () => {
    const why = judged(planOf({}, { heard: '100x10 70' }), 11).why(10)
    expect(codes(why)).toContain('partial_hour')
  })

  test('because the channel is still learnt says for how long', () => {
    const why = judged(planOf({ seen: '100x6 10x4' }, { quietWeeks: 1 }), 10).why(9)
    expect(why.learning).toMatchObject({ neededDays: 14 })
    expect(whySentence(why)).toBe(
      'Not told: nightly is still learnt: 7 of 14 days. Until then its volume isn’t judged.',
    )
  })

  test('of all channels together is asked as *', () => {
    const why = judged(planOf({}), 6).why(5, { channel: '*' })
    expect(why.detectors.map(({ detector }) => detector).sort()).toEqual(['all_channels', 'gap'])
    expect(why.seen).toBeGreaterThan(10_000)
    expect(why.expected?.mid).toBeGreaterThan(10_000)
  })

  test('of a channel that the history lacks is a mistake', () => {
    expect(() => judged(planOf({}), 1).why(0, { channel: 'nihgtly' })).toThrow(/channel is "nihgtly"/)
  })
})

test('a sensitivity that is named would indeed have told it', () => {
  const plan = planOf({ seen: '100x10 91x14' })
  const { history, incidents, why } = judged(plan, 24)
  const before = why(17)
  expect(before.told).toEqual([])
  expect(before.wouldTell).not.toEqual([])
  for (const would of before.wouldTell) {
    expect(would.kind).toBe('loss')
    const { findings } = judgeHour({
      ...{ history, hour: before.hour, incidents: [], memory: createJudgeMemory() },
      sensitivity: (name) => (name === 'nightly' ? sensitivityOf(would, {}) : {}),
    })
    expect(findings.map(({ channel }) => channel)).toEqual(['nightly'])
    expect(would.cost.days).toBe(28)
    expect(would.cost.mailsPerYear).toBeLessThan(30)
  }
  expect(incidents.every(({ detectedAt }) => detectedAt > before.hour + HOUR_MS)).toBe(true)
})

test('a judge that is watched says what one says that is not, and its looks say which alarms there are', () => {
  const plan = planOf({ seen: '100x8 60x8 130x8', tooLarge: '0x20 8x6' }, { heard: '100x30 60 100' })
  const { history, incidents } = judged(plan, 36)
  for (const hoursAfter of [9, 12, 23, 30]) {
    const hour = notesStart(plan) + hoursAfter * HOUR_MS
    const known = incidents.filter(({ detectedAt }) => detectedAt <= hour)
    const input = () => ({ history, hour, incidents: known, memory: quietMemory(plan) })
    const watch = watchChannel('nightly')
    const { memory: _, ...watched } = judgeHour({ ...input(), probe: watch.probe })
    const { memory: __, ...unwatched } = judgeHour(input())
    expect(watched).toEqual(unwatched)
    const isMet = watch.looks.some((look) => look.conditions.every((own) => own.isMet) && look.passedOver === null)
    expect({ hoursAfter, isMet }).toEqual({
      hoursAfter,
      isMet: unwatched.findings.some((f) => f.channel === 'nightly'),
    })
  }
})

describe('what does not wait for the end of an hour', () => {
  const { why } = judged(planOf({}), 12)
  const hour = notesStart(planOf({})) + 11 * HOUR_MS
  const rowOf = ({ detectors }: HourWhy, detector: string): DetectorWhy => {
    const row = detectors.find((own) => own.detector === detector)
    if (row === undefined) throw new Error(`no row of ${detector}`)
    return row
  }
  const lackOf = (row: DetectorWhy) =>
    row.nearest.conditions.flatMap(({ condition, isMet }) => (isMet ? [] : [condition]))

  /** Two days of `perHour` an hour, of which the last `silent` minutes have none. */
  function minutesOf(perHour: number, silent: number): BesideHours {
    const start: EpochMs = hour + HOUR_MS - 47 * HOUR_MS
    const minutes = 47 * 60
    const received = Float64Array.from({ length: minutes }, (_, i) => (i < minutes - silent ? perHour / 60 : 0))
    const expectations = Array.from({ length: 50 }, (_, i) => {
      return { channel: 'nightly', hour: start + (i - 1) * HOUR_MS, low: 0, mid: perHour, high: 2 * perHour }
    })
    const coverage = Array.from({ length: minutes }, () => 1)
    const counts = { start, minutes, coverage, received: new Map([['nightly', received]]) }
    return { minutes: { counts, expectations }, flow: null }
  }

  test('an hour that was listened to is no gap, and the row says so', () => {
    const row = rowOf(why(11), 'gap')
    expect(row.nearest.isMet).toBe(false)
    expect(plain(nearestWords(row))).toBe(
      'Gap in listening, this hour: nobody listened to 0.0 % of it; more than 50.0 % is told.',
    )
  })

  test('an hour that nobody listened to is one', () => {
    const unheard = judged(planOf({}, { heard: '100x10 .x3' }), 13).why(11)
    expect(rowOf(unheard, 'gap').nearest.isMet).toBe(true)
  })

  test('the fast look names the shortest of its times that shows the silence', () => {
    const row = rowOf(why(11, { besides: minutesOf(6000, 20) }), 'fast_look')
    expect(row.nearest).toMatchObject({ isMet: true, windowHours: 0.25 })
    expect(row.windows.map(({ windowHours }) => 60 * windowHours)).toEqual([15, 20, 30, 45, 60])
  })

  test.each([
    { claim: 'too small a channel', besides: minutesOf(600, 20), lacks: ['per_hour'] },
    { claim: 'nothing lost', besides: minutesOf(6000, 0), lacks: ['loss', 'chance'] },
    { claim: 'minutes that are gone', besides: { minutes: null, flow: null }, lacks: ['minutes_kept'] },
  ])('the fast look was held back by $claim', ({ besides, lacks }) => {
    expect(lackOf(rowOf(why(11, { besides }), 'fast_look'))).toEqual(lacks)
  })

  test.each([
    { claim: 'judged in time', lateMinutes: 2, stood: false, lacks: ['late', 'stood_still'] },
    { claim: 'late, and catching up', lateMinutes: 45, stood: false, lacks: ['stood_still'] },
    { claim: 'late, and standing still', lateMinutes: 45, stood: true, lacks: [] },
  ])('the watch over our own flow: $claim', ({ lateMinutes, stood, lacks }) => {
    const flow = { judgedAt: hour + HOUR_MS + lateMinutes * MINUTE_MS, tellAfterMs: 10 * MINUTE_MS }
    const own = makeIncident({
      ...{ id: 99, group: 'stalled', kind: 'stalled', channels: [], start: hour, detectedAt: hour + HOUR_MS },
      trouble: { kind: 'behind', at: hour + DAY_MS, stage: 'judging', reachedAt: hour },
    })
    const asked = why(11, { besides: { minutes: null, flow }, more: stood ? [own] : [] })
    expect(lackOf(rowOf(asked, 'stalled'))).toEqual(lacks)
  })
})
