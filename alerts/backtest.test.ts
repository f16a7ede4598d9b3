import { describe, expect, test, vi } from 'vitest'
import type { History } from '../data/counts/history.ts'
import { DAY_MS, HOUR_MS } from '../data/domain/time.ts'
import { type Backtest, backtest } from './backtest.ts'
import type { Incident } from './incident.ts'
import { type ChannelPlan, type HistoryPlan, makeHistory, notesStart } from './judge/testing/make-history.ts'
import { quietMemory } from './judge/testing/quiet-memory.ts'

/** Two siblings are enough to tell a holiday from a trouble. */
const others = { beta: { perHour: 9000 }, aurora: { perHour: 1700 } }

// Whole weeks are judged; how long that takes is the machine's business.
vi.setConfig({ testTimeout: 120_000 })

/** Judged from the notes on. */
function judged(plan: HistoryPlan, hoursAfter = 60): Backtest {
  return backtest(makeHistory(plan, hoursAfter), { from: notesStart(plan), memory: quietMemory(plan) })
}

/** `drop nightly after 2 h`: hours from the notes' `since` to the end of the hour that gave it away. */
function said(result: Backtest, plan: HistoryPlan, since: number): string[] {
  const start = notesStart(plan) + since * HOUR_MS
  return result.incidents.map(
    ({ kind, channels, detectedAt }) => `${kind} ${channels.join('+')} after ${(detectedAt - start) / HOUR_MS} h`,
  )
}

interface Case {
  readonly claim: string
  readonly nightly: ChannelPlan
  readonly heard?: string
  readonly since?: number
  readonly finds: readonly string[]
}

test.each<Case>([
  { claim: 'usual days are nothing', nightly: { perHour: 2200 }, finds: [] },
  {
    claim: 'nothing comes though somebody listens: an outage, told after an hour',
    nightly: { perHour: 2200, seen: '100x8 0x12' },
    since: 8,
    finds: ['outage nightly after 1 h'],
  },
  {
    claim: 'half is lost: a drop, told after an hour',
    nightly: { perHour: 2200, seen: '100x8 50x24' },
    since: 8,
    finds: ['drop nightly after 1 h'],
  },
  {
    claim: 'one hour with 40 % less wakes nobody',
    nightly: { perHour: 2200, seen: '100x8 60 100x12' },
    finds: [],
  },
  {
    claim: 'nor where the hours after it are a little low',
    nightly: { perHour: 2200, seen: '100x8 57 90 91 100x12' },
    finds: [],
  },
  {
    claim: 'one hour with three times as much wakes nobody',
    nightly: { perHour: 2200, seen: '100x8 300 100x12' },
    finds: [],
  },
  {
    claim: 'much more for hours is a surge',
    nightly: { perHour: 2200, seen: '100x8 180x12' },
    since: 8,
    finds: ['surge nightly after 2 h'],
  },
  {
    claim: 'a small channel falls silent: told when 17 were missed',
    nightly: { perHour: 5, seen: '100x8 0x30' },
    since: 8,
    finds: ['outage nightly after 3 h'],
  },
  {
    claim: 'nobody listened: a gap, no outage, found at once',
    nightly: { perHour: 2200 },
    heard: '100x8 .x9',
    since: 8,
    finds: ['gap * after 1 h'],
  },
  {
    claim: 'an hour that was listened to for 40 of 60 minutes is no drop',
    nightly: { perHour: 2200 },
    heard: '100x8 67 100x3 67x4',
    finds: [],
  },
  {
    claim: 'one reason missing: named by it',
    nightly: { perHour: 2200, savedSession: '100x8 40x40' },
    since: 8,
    finds: ['drop nightly after 1 h'],
  },
  {
    claim: 'submissions of new builds fail with one problem: told after the first hour that shows it',
    nightly: { perHour: 2200, failingFrom: 12 },
    since: 12,
    finds: ['invalid nightly after 1 h'],
  },
])('$claim', ({ nightly, heard, since = 0, finds }) => {
  const plan = { channels: { ...others, nightly }, ...(heard === undefined ? {} : { heard }) }
  expect(said(judged(plan), plan, since)).toEqual(finds)
})

describe('a leak of one percent a day', () => {
  const days = Array.from({ length: 16 }, (_, day) => `${100 - day}x24`).join(' ')

  test('is told by the tenth day, once, and as having begun days ago', () => {
    const plan = { channels: { ...others, esr: { perHour: 4000 }, nightly: { perHour: 2200, seen: days } } }
    const { incidents } = judged(plan, 12 * 24)
    expect(incidents.map(({ kind, channels }) => [kind, channels])).toEqual([['decline', ['nightly']]])
    const [leak] = incidents
    expect(((leak?.detectedAt ?? 0) - notesStart(plan)) / DAY_MS).toBeLessThan(10)
    expect((leak?.detectedAt ?? 0) - (leak?.start ?? 0)).toBeGreaterThan(3 * DAY_MS)
    expect(leak?.state).toBe('open')
  })

  test('of all channels alike is a season of the year', () => {
    const all = { ...others, esr: { perHour: 4000 }, nightly: { perHour: 2200 } }
    const channels = Object.fromEntries(Object.entries(all).map(([name, own]) => [name, { ...own, seen: days }]))
    expect(judged({ channels }, 12 * 24).incidents).toEqual([])
  })
})

test('an odd hour of a channel with little history is not expected again a week later', () => {
  const odd = `100x8 300 100x${7 * 24 + 20}`
  const plan = { quietWeeks: 2, channels: { ...others, nightly: { perHour: 2200, seen: odd } } }
  expect(judged(plan, 8 * 24).incidents).toEqual([])
})

test('losses of all channels together that come over a morning are no outage', () => {
  const seen = '100x4 92 84 76 68 60 52 46 42 40x20'
  const all = { ...others, nightly: { perHour: 2200 } }
  const channels = Object.fromEntries(Object.entries(all).map(([name, own]) => [name, { ...own, seen }]))
  expect(judged({ channels }, 40).incidents).toEqual([])
})

test('all channels a third lower for two days is a holiday', () => {
  const seen = '100x10 90x3 80x3 67x48 80x3 90x3'
  const channels = Object.fromEntries(
    [...Object.entries(others), ['nightly', { perHour: 2200 }] as const].map(([name, own]) => [name, { ...own, seen }]),
  )
  expect(judged({ channels }).incidents).toEqual([])
})

test('nothing from any channel is one incident of all channels, and what all lose is no holiday', () => {
  const seen = '100x10 30x6'
  const all = { ...others, nightly: { perHour: 2200 } }
  const plan = { channels: Object.fromEntries(Object.entries(all).map(([name, own]) => [name, { ...own, seen }])) }
  const { incidents } = judged(plan, 12)
  expect(incidents.map(({ channels, group }) => [group, channels])).toEqual([['volume', ['*']]])
  const { latest, explanation } = incidents[0] ?? {}
  expect(latest?.deficitRatio).toBeCloseTo(0.7, 1)
  expect((latest?.seen ?? 0) / (latest?.mid ?? 0)).toBeCloseTo(0.3, 1)
  expect(explanation?.sentence).toMatch(
    /^They fell together: beta by (69|7\d).%, nightly by (69|7\d).%, aurora by (69|7\d).%\.$/,
  )
})

test('volume is not judged before a fortnight was listened to', () => {
  const plan = { quietWeeks: 1, channels: { ...others, nightly: { perHour: 2200, seen: '100x48 0x24' } } }
  expect(judged(plan).incidents).toEqual([])
})

test('a single channel without siblings is judged as well', () => {
  const plan = { channels: { nightly: { perHour: 2200, seen: '100x8 50x12' } } }
  expect(said(judged(plan), plan, 8)).toEqual(['drop nightly after 1 h'])
})

test('an outage ends six calm hours after it, with its own end and what was missing', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 0x12' } } }
  const [incident] = judged(plan).incidents
  const start = notesStart(plan)
  expect(incident).toMatchObject({
    state: 'resolved',
    start: start + 8 * HOUR_MS,
    resolvedAt: (incident?.end ?? 0) + 6 * HOUR_MS,
  })
  // To the hour, but for the noise of the hours after it.
  expect(((incident?.end ?? 0) - start) / HOUR_MS).toBeGreaterThanOrEqual(20)
  expect(((incident?.end ?? 0) - start) / HOUR_MS).toBeLessThanOrEqual(23)
  const usual = sumOf(makeHistory({ channels: { ...others, nightly: { perHour: 2200 } } }), plan, 8, 20)
  expect(incident?.missing).toBeGreaterThan(0.9 * usual)
  expect(incident?.missing).toBeLessThan(1.1 * usual)
})

test('what comes back within a day re-opens the incident', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 0x6 100x12 0x4' } } }
  const { incidents, events } = judged(plan)
  expect(incidents).toHaveLength(1)
  expect(events.map(({ kind }) => kind)).toEqual([
    'opened',
    'recovering',
    'resolved',
    'reopened',
    'recovering',
    'resolved',
  ])
})

test('while nobody listens an open incident stays as it is', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 0x60' } }, heard: '100x12 .x10' }
  const states: string[] = []
  const start = notesStart(plan)
  backtest(makeHistory(plan), {
    from: start - DAY_MS,
    to: start + 30 * HOUR_MS,
    memory: quietMemory(plan, start - DAY_MS),
    onHour: ({ hour }, incidents) => {
      const volume = incidents.find(({ group }) => group === 'volume')
      if (hour >= start + 11 * HOUR_MS && volume !== undefined) states.push(`${volume.state} ${volume.calmHours}`)
    },
  })
  expect(new Set(states)).toEqual(new Set(['open 0']))
})

test('a gap is told to the minute and ends with the first hour that was listened to', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200 } }, heard: '100x8 75 .x6 25 100' }
  const [gap] = judged(plan).incidents
  const start = notesStart(plan)
  expect(gap).toMatchObject({
    kind: 'gap',
    state: 'resolved',
    start: start + 8.75 * HOUR_MS,
    end: start + 15.75 * HOUR_MS,
  })
})

test('two channels that fail with one problem within hours are one incident, and its cause is named', () => {
  const plan = {
    channels: {
      ...others,
      nightly: { perHour: 2200, failingFrom: 12 },
      aurora: { perHour: 1700, failingFrom: 36 },
    },
  }
  const { incidents } = judged(plan)
  expect(incidents).toHaveLength(1)
  expect(incidents[0]).toMatchObject({
    group: 'invalid',
    series: { problem: 'invalid_revision' },
    channels: ['nightly', 'aurora'],
    explanation: { firstBuildId: '20140203' },
  })
  expect(incidents[0]?.explanation.sentence).toContain('from builds from 20140203 on')
  expect(incidents[0]?.explanation.sentence).toContain('A new revision prefix, https://hg.example.org, came with them.')
})

test('a missing reason is named with its share of what is missing', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200, savedSession: '100x8 40x40' } } }
  const [incident] = judged(plan, 40).incidents
  const [worst] = incident?.explanation.carriers ?? []
  expect(worst).toMatchObject({ dimension: 'reason', value: 'saved-session' })
  expect(worst?.shareRatio).toBeGreaterThan(0.9)
})

test('half the submissions for good are a new level after a week, and nothing more is said of it', () => {
  const plan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 50x600' } } }
  const { incidents } = judged(plan, 12 * 24)
  expect(incidents).toHaveLength(1)
  const [incident] = incidents
  expect(incident?.state).toBe('resolved')
  expect(daysAfter(plan, incident)).toBeLessThan(10)
  expect(incident?.acceptedLevel?.ratios[0]?.ratio).toBeCloseTo(0.5, 1)
})

function daysAfter(plan: HistoryPlan, incident: Incident | undefined): number {
  return ((incident?.resolvedAt ?? Number.POSITIVE_INFINITY) - notesStart(plan)) / DAY_MS
}

function sumOf(history: History, plan: HistoryPlan, from: number, to: number): number {
  const index = (notesStart(plan) - history.start) / HOUR_MS
  const received = history.channels.get('nightly')?.received ?? new Float64Array()
  return received.slice(index + from, index + to).reduce((sum, count) => sum + count, 0)
}
