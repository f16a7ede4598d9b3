import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { ChannelHistory, History } from '../../data/counts/history.ts'
import { UNKNOWN } from '../../data/domain/dimensions.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import { incidentSentence } from '../sentence/incident-sentence.ts'
import { mailSubject } from '../sentence/mail-subject.ts'
import { judgeHour } from './judge-hour.ts'
import { createJudgeMemory } from './memory.ts'
import { type ChannelPlan, excerpt, type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'

vi.setConfig({ testTimeout: 120_000 })

const siblings = { beta: { perHour: 9000 }, aurora: { perHour: 1700 } } as const

function planOf(nightly: Partial<ChannelPlan>, rest: Partial<HistoryPlan> = {}): HistoryPlan {
  return { channels: { ...siblings, nightly: { perHour: 2200, ...nightly } }, ...rest }
}

/** Of kind `discarded` only; starts and ends in hours after the notes begin. */
function discardedIn(plan: HistoryPlan, hours: number, history = makeHistory(plan, hours)) {
  const { incidents } = backtest(history, { from: notesStart(plan), memory: quietMemory(plan) })
  const after = (time: number | null) => (time === null ? null : (time - notesStart(plan)) / HOUR_MS)
  return incidents
    .filter(({ group }) => group === 'discarded')
    .map((incident) => ({
      incident,
      channels: incident.channels,
      state: incident.state,
      start: after(incident.start),
      detected: after(incident.detectedAt),
      end: after(incident.end),
    }))
}

const facts = (found: ReturnType<typeof discardedIn>) => found.map(({ incident: _, ...own }) => own)

describe('a share of discarded submissions that grows', () => {
  test('from nothing to 5 % is told by the end of its first hour', () => {
    expect(facts(discardedIn(planOf({ tooLarge: '0x14 5x30' }), 24))).toEqual([
      { channels: ['nightly'], state: 'open', start: 14, detected: 15, end: null },
    ])
  })

  test('from a usual 1 % to 6 % likewise, and only what is beyond the usual counts as its size', () => {
    const [found] = discardedIn(planOf({ usuallyTooLarge: 1, tooLarge: '1x14 6x30' }), 24)
    expect(found).toMatchObject({ channels: ['nightly'], start: 14, detected: 15 })
    const sent = 10 * 2200
    expect(found?.incident.missing).toBeGreaterThan(0.03 * sent)
    expect(found?.incident.missing).toBeLessThan(0.07 * sent)
  })

  test('slowly, by half a point an hour, is told before it is 5 %', () => {
    const [found] = discardedIn(planOf({ tooLarge: '0x6 0.5 1 1.5 2 2.5 3 3.5 4 4.5 5' }), 16)
    expect(found?.channels).toEqual(['nightly'])
    expect(found?.detected).toBeLessThan(15)
  })

  test('is over six hours after it came back, and says what it was', () => {
    const [found, ...more] = discardedIn(planOf({ tooLarge: '0x6 8x10 0x20' }), 30)
    expect(more).toEqual([])
    expect(found).toMatchObject({ state: 'resolved', start: 6, end: 16 })
    expect(found?.incident.latest.discarded?.ratio).toBeCloseTo(0.08, 2)
  })

  test('on two channels within hours is one incident, its share that of both', () => {
    const plan = { channels: { beta: { perHour: 9000 }, aurora: { perHour: 1700, tooLarge: '0x8 10x20' } } }
    const both = { channels: { ...plan.channels, nightly: { perHour: 2200, tooLarge: '0x6 5x20' } } }
    const [found, ...more] = discardedIn(both, 16)
    expect(more).toEqual([])
    expect(found).toMatchObject({ channels: ['nightly', 'aurora'], start: 6 })
    const { latest, explanation } = found?.incident ?? {}
    expect(latest?.byChannel.map(({ channel }) => channel).sort()).toEqual(['aurora', 'nightly'])
    expect(latest?.discarded?.ratio).toBeGreaterThan(0.05)
    expect(latest?.discarded?.ratio).toBeLessThan(0.1)
    expect(explanation?.carriers.map(({ dimension, value }) => `${dimension} ${value}`).sort()).toEqual([
      'channel aurora',
      'channel nightly',
    ])
  })

  test('for two causes is two incidents', () => {
    const plan = planOf({ tooLarge: '0x6 5x20' })
    const history = makeHistory(plan, 12)
    const nightly = history.channels.get('nightly')
    const body = nightly?.discarded.get('body')
    if (nightly === undefined || body === undefined) throw new Error('nightly discards nothing')
    const both: ChannelHistory = { ...nightly, discarded: new Map([...nightly.discarded, ['path', body]]) }
    const channels = new Map([...history.channels, ['nightly', both]])
    const found = discardedIn(plan, 12, { ...history, channels })
    expect(found.map(({ incident }) => incident.series)).toEqual([{ cause: 'body' }, { cause: 'path' }])
  })

  test('so far that the channel falls: the fall names it', () => {
    const plan = planOf({ tooLarge: '0x6 40x20' })
    const { incidents } = backtest(makeHistory(plan, 14), { from: notesStart(plan), memory: quietMemory(plan) })
    expect(incidents.map(({ group }) => group).sort()).toEqual(['discarded', 'volume'])
    const fall = incidents.find(({ group }) => group === 'volume')
    expect(fall?.explanation.sentence).toMatch(
      /^\d+\s% of what is missing came and was discarded as too large: typically/,
    )
  })

  test('where the paths name no channel it is a share of all, and says so', () => {
    const plan = planOf({ tooLarge: '0x6 30x20' })
    const history = makeHistory(plan, 12)
    const nightly = history.channels.get('nightly')
    if (nightly === undefined) throw new Error('no nightly')
    const zeros = new Float64Array(history.hours)
    const none = { received: zeros, invalid: zeros, reasons: new Map(), problems: new Map(), builds: new Map() }
    const unknown = { ...none, appVersions: new Map(), attributes: new Map(), discarded: nightly.discarded }
    const channels = new Map<string, ChannelHistory>([
      ...history.channels,
      ['nightly', { ...nightly, discarded: new Map() }],
      [UNKNOWN, { ...unknown, discarded: everyDay(nightly.discarded, history) }],
    ])
    const found = discardedIn(plan, 12, { ...history, channels })
    expect(facts(found)).toMatchObject([{ channels: [UNKNOWN], start: 6, detected: 7 }])
    const { latest, explanation } = found[0]?.incident ?? {}
    expect(latest?.discarded?.ratio).toBeGreaterThan(0.02)
    expect(latest?.discarded?.ratio).toBeLessThan(0.08)
    expect(explanation?.sentence).toContain('the share is of all')
  })
})

/** One a day, so that the clients without a channel have been there all the time. */
function everyDay(discarded: ChannelHistory['discarded'], history: History): ChannelHistory['discarded'] {
  return new Map(
    [...discarded].map(([cause, own]) => [
      cause,
      {
        ...own,
        submissions: own.submissions.map((count, hour) => (hour % 24 === 0 && hour < history.hours - 12 ? 1 : count)),
      },
    ]),
  )
}

describe('is silent', () => {
  test.each([
    { claim: 'at a small share that stays', nightly: { usuallyTooLarge: 1 } },
    { claim: 'at a large share that stays', nightly: { usuallyTooLarge: 12 } },
    { claim: 'at a few of one odd client', nightly: { tooLarge: '0x6 0.3 0.2 0x6 0.3' } },
    { claim: 'when nothing is discarded', nightly: {} },
    { claim: 'when submissions fall and their share stays', nightly: { usuallyTooLarge: 3, seen: '100x6 30x20' } },
  ])('$claim', ({ nightly }) => expect(discardedIn(planOf(nightly), 48)).toEqual([]))

  test('on a channel too small to have a share', () => {
    const plan = { channels: { ...siblings, other: { perHour: 20, tooLarge: '0x6 10x20' } } }
    expect(discardedIn(plan, 10)).toEqual([])
  })
})

test('whenever nobody listens, nothing discarded is found, whatever else is', () => {
  const heard = fc.array(fc.constantFrom('100', '.', '30', '55', '80'), { minLength: 20, maxLength: 40 })
  fc.assert(
    fc.property(heard, fc.constantFrom(1, 2), (notes, seed) => {
      const plan = planOf({ usuallyTooLarge: 2 }, { seed, heard: notes.join(' ') })
      expect(discardedIn(plan, 36)).toEqual([])
    }),
    { numRuns: 6, seed: 7 },
  )
  const during = planOf({ tooLarge: '0x6 20x6 0x20' }, { heard: '100x6 .x6 100' })
  expect(discardedIn(during, 24)).toEqual([])
})

test('ten times the submissions with the same shares are told at the same hours', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 40 }), fc.integer({ min: 1, max: 500 }), (share, seed) => {
      const plan = planOf({ tooLarge: `0x10 ${share}x20` }, { seed })
      const history = makeHistory(plan, 20)
      const small = facts(discardedIn(plan, 20, history))
      expect(facts(discardedIn(plan, 20, scaled(history, 10)))).toEqual(small)
      expect(small).toMatchObject([{ channels: ['nightly'], start: 10, detected: 11 }])
    }),
    { numRuns: 3, seed: 11 },
  )
})

function scaled(history: History, factor: number): History {
  const grow = (values: Float64Array) => values.map((value) => value * factor)
  const growAll = <K>(map: ReadonlyMap<K, Float64Array>) =>
    new Map([...map].map(([key, values]) => [key, grow(values)]))
  const channels = [...history.channels].map(([name, own]): [string, ChannelHistory] => {
    const discarded = [...own.discarded].map(([cause, each]) => {
      return [cause, { ...each, submissions: grow(each.submissions) }] as const
    })
    const builds = [...own.builds].map(([build, each]) => {
      const series = { received: grow(each.received), invalid: grow(each.invalid) }
      return [build, { ...series, reasons: growAll(each.reasons), problems: growAll(each.problems) }] as const
    })
    const series = { received: grow(own.received), invalid: grow(own.invalid) }
    const named = {
      reasons: growAll(own.reasons),
      problems: growAll(own.problems),
      appVersions: growAll(own.appVersions),
    }
    return [name, { ...own, ...series, ...named, builds: new Map(builds), discarded: new Map(discarded) }]
  })
  return { ...history, channels: new Map(channels) }
}

test('a judge restarted in the middle of it, with no more than the window, says the same', () => {
  const plan = planOf({ usuallyTooLarge: 1, tooLarge: '1x6 8x12' })
  const history = makeHistory(plan, 12)
  const { incidents } = backtest(history, { from: notesStart(plan), memory: quietMemory(plan) })
  const hour = notesStart(plan) + 11 * HOUR_MS
  const verdicts = [history, excerpt(history, 24, history.hours)].map((known) => {
    const { memory: _, ...said } = judgeHour({ history: known, hour, incidents, memory: createJudgeMemory() })
    return {
      findings: said.findings.map(({ kind }) => kind),
      standings: said.standings.map(({ numbers }) => numbers.discarded),
    }
  })
  expect(verdicts[0]?.standings).toHaveLength(1)
  expect(verdicts[1]).toEqual(verdicts[0])
})

test('what is told of it names its size and limit', () => {
  const [found] = discardedIn(planOf({ tooLarge: '0x14 6x30' }), 16)
  if (found === undefined) throw new Error('nothing was found')
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
  expect(mailSubject(found.incident)).toMatch(
    /^\[tidewatch\] nightly: [56]\.\d % of submissions discarded as too large since Mon 14:00 UTC \(typically 305 KiB, the limit is 200 KiB\)$/,
  )
  expect(plain(incidentSentence(found.incident))).toMatch(
    /^nightly has [56]\.\d % discarded as too large since Mon 3 Feb, 14:00\.$/,
  )
  expect(plain(found.incident.explanation.sentence)).toBe(
    'Bodies are typically 305 KiB, the limit is 200 KiB. Nothing of it is kept, and clients don’t send it again.',
  )
})
