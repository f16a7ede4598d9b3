import { describe, expect, test, vi } from 'vitest'
import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { severity } from '../incidents/severity.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import { type ChannelPlan, excerpt, type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'

vi.setConfig({ testTimeout: 120_000 })

const HOURS = 60
const siblings = { beta: { perHour: 9000 }, aurora: { perHour: 1700 } } as const

/** Percent of what nightly receives that has a value, by hour after the quiet weeks: `0x6 5x12`; elsewhere `usual`. */
interface ValuePlan {
  readonly notes?: string
  readonly usual?: number
  /** Percent in the quiet weeks, by hours before the notes begin; default `usual`. */
  readonly before?: (hoursBefore: number) => number
}

interface Given {
  readonly nightly?: Partial<ChannelPlan>
  readonly values: Readonly<Record<string, ValuePlan>>
  readonly quietWeeks?: number
  readonly channels?: readonly string[]
}

function planOf({ nightly = {}, quietWeeks = 4 }: Given): HistoryPlan {
  return { channels: { ...siblings, nightly: { perHour: 2200, ...nightly } }, quietWeeks }
}

function historyOf(given: Given): History {
  const { values, quietWeeks = 4, channels = ['nightly'] } = given
  const made = makeHistory(planOf(given), HOURS)
  const quietHours = quietWeeks * 168
  const withValues = [...made.channels].map(([name, own]): [string, ChannelHistory] => {
    if (!channels.includes(name)) return [name, own]
    const os = new Map(
      Object.entries({ known: { usual: 50 }, ...values }).map(([value, valuePlan]) => {
        return [value, own.received.map((count, hour) => Math.round(count * partOf(valuePlan, hour - quietHours)))]
      }),
    )
    return [name, { ...own, attributes: new Map([...own.attributes, ['os', os]]) }]
  })
  return { ...made, channels: new Map(withValues) }
}

function partOf({ notes = '', usual = 0, before }: ValuePlan, hour: number): number {
  if (hour < 0 && before !== undefined) return before(-hour) / 100
  const percents = notes.split(' ').flatMap((token) => {
    const [percent = '0', times = '1'] = token.split('x')
    return token === '' ? [] : Array.from({ length: Number(times) }, () => Number(percent))
  })
  return (hour < 0 ? usual : (percents[hour] ?? usual)) / 100
}

/** Everything that is told; starts and the rest in hours after the notes begin. */
function told(given: Given, history = historyOf(given)) {
  const plan = planOf(given)
  const from = notesStart(plan)
  const after = (time: number | null) => (time === null ? null : (time - from) / HOUR_MS)
  return backtest(history, { from, memory: quietMemory(plan) }).incidents.map((incident) => ({
    incident,
    facts: `${incident.kind} ${incident.channels.join('+')} from ${after(incident.start)} told ${after(incident.detectedAt)}`,
    state: incident.state,
    end: after(incident.end),
  }))
}

const facts = (given: Given) => told(given).map((own) => own.facts)

describe('a value that was never seen before', () => {
  test('and spreads is told after three hours, in words of its own, and weighs little', () => {
    const [own, ...more] = told({ values: { 'Windows 10': { notes: `0x10 4x${HOURS}` } } })
    if (own === undefined) throw new Error('nothing was told')
    expect(more).toEqual([])
    expect(own.facts).toBe('novelty nightly from 10 told 13')
    expect(own.incident).toMatchObject({ group: 'novelty', series: { attribute: 'os', value: 'Windows 10' } })
    expect(severity(own.incident)).toBe('low')
    const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
    expect(mailSubject(own.incident)).toBe('[tidewatch] nightly: a new os, Windows 10, since Mon 10:00 UTC')
    expect(plain(incidentSentence({ ...own.incident, state: 'open', end: null, resolvedAt: null }))).toBe(
      'nightly sends a new os, Windows 10: 4 % of submissions since Mon 3 Feb, 10:00.',
    )
    expect(plain(own.incident.explanation.sentence)).toMatch(
      /^\d \d{3} submissions have it so far, 4(\.0)? % of what was received since then\. .*\d(\.\d)? % of what was received since is invalid\.$/,
    )
  })

  test('is usual after a day: its incident is closed and says so', () => {
    const [own] = told({ values: { 'Windows 10': { notes: `0x10 4x${HOURS}` } } })
    expect(own).toMatchObject({ state: 'resolved', end: 37 })
    expect(own === undefined ? '' : incidentSentence(own.incident)).toContain('it is taken for usual now')
  })

  test('and goes again is over, and nothing is said of usual', () => {
    const [own, ...more] = told({ values: { 'Windows 10': { notes: '0x10 4x5 0x40' } } })
    expect(more).toEqual([])
    expect(own).toMatchObject({ state: 'resolved', end: 15 })
    expect(own === undefined ? '' : incidentSentence(own.incident)).not.toContain('usual')
  })

  test('on two channels is one incident', () => {
    const given: Given = { values: { 'Windows 10': { notes: `0x10 4x${HOURS}` } }, channels: ['nightly', 'aurora'] }
    expect(facts(given)).toEqual([expect.stringMatching(/^novelty (nightly\+aurora|aurora\+nightly) from 10 told 13$/)])
  })

  test('is found by a judge that was restarted with no more than its window', () => {
    const given: Given = { values: { 'Windows 10': { notes: `0x10 4x${HOURS}` } }, quietWeeks: 9 }
    const history = historyOf(given)
    const all = told(given, history).map((own) => own.facts)
    expect(all).toEqual(['novelty nightly from 10 told 13'])
    const from = notesStart(planOf(given))
    const late = backtest(excerpt(history, 24, history.hours), { from: from + 8 * HOUR_MS })
    expect(late.incidents.map(({ kind, start }) => `${kind} ${(start - from) / HOUR_MS}`)).toEqual(['novelty 10'])
  })
})

describe('nothing is told of a value', () => {
  test.each<{ claim: string; given: Given }>([
    { claim: 'that was there all the time', given: { values: { Linux: { usual: 5 } } } },
    {
      claim: 'that was there four weeks ago',
      given: { values: { Linux: { notes: `5x${HOURS}`, before: (h) => (h > 600 ? 5 : 0) } } },
    },
    {
      claim: 'that has spread for a fortnight and is large only now',
      given: { values: { Linux: { notes: `5x${HOURS}`, before: (h) => (h < 336 ? 0.6 : 0) } } },
    },
    { claim: 'that comes for two hours', given: { values: { test: { notes: '0x10 6x2 0x40' } } } },
    { claim: 'that few have', given: { values: { test: { notes: `0x10 0.7x${HOURS}` } } } },
    {
      claim: 'on a small channel, where few submissions are a large share',
      given: { nightly: { perHour: 200 }, values: { test: { notes: `0x10 5x4 0x40` } } },
    },
    {
      claim: 'while the channel is still being learnt',
      given: { values: { new: { notes: `0x10 5x${HOURS}` } }, quietWeeks: 1 },
    },
    {
      claim: 'of an attribute that is counted only since a week ago',
      given: {
        values: {
          known: { notes: `50x${HOURS}`, before: (h) => (h < 160 ? 50 : 0) },
          Linux: { notes: `0x10 5x${HOURS}` },
        },
      },
    },
    {
      claim: 'of an attribute whose values are new every few days',
      given: {
        values: {
          v1: { before: (h) => (h < 300 && h > 150 ? 5 : 0) },
          v2: { before: (h) => (h < 150 ? 5 : 0) },
          v3: { notes: `0x10 5x${HOURS}` },
        },
      },
    },
  ])('$claim', ({ given }) => {
    expect(facts(given).filter((own) => own.startsWith('novelty'))).toEqual([])
  })
})

test('a value that carries invalid submissions is named by their incident, and is none of its own', () => {
  // The made world sends another prefix with what fails.
  const given: Given = { nightly: { failingFrom: 20 }, values: {} }
  const all = told(given)
  expect(all.map((own) => own.incident.group)).toEqual(['invalid'])
  expect(all[0]?.incident.explanation.sentence).toContain('https://hg.example.org')
})

test('a value that comes while other submissions are invalid is told besides', () => {
  const given: Given = { nightly: { failingFrom: 2 }, values: { 'Windows 10': { notes: `0x50 4x${HOURS}` } } }
  expect(told(given).map((own) => own.incident.group)).toEqual(['invalid', 'novelty'])
})
