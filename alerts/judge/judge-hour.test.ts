import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { History } from '../../data/counts/history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest, incidentsInWindow } from '../backtest.ts'
import type { Incident } from '../incident.ts'
import { advanceIncidents } from '../incidents/advance-incidents.ts'
import { judgeHour } from './judge-hour.ts'
import { createJudgeMemory } from './memory.ts'
import { excerpt, type HistoryPlan, makeHistory, notesStart } from './testing/make-history.ts'
import { quietMemory } from './testing/quiet-memory.ts'
import type { Verdict } from './verdict.ts'
import { JUDGE_WINDOW_HOURS } from './window.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Something of everything: an outage, a gap, a reason missing, failing builds. */
const eventful: HistoryPlan = {
  channels: {
    beta: { perHour: 9000 },
    aurora: { perHour: 1700, failingFrom: 12 },
    nightly: { perHour: 2200, seen: '100x6 0x4 100x20', savedSession: '100x26 30x20' },
  },
  heard: '100x18 60 .x3 40 100',
}

function withoutMemory({ memory: _, ...said }: Verdict): Omit<Verdict, 'memory'> {
  return said
}

/** Every verdict from the notes on, and the incidents that each was given. */
function verdictsOf(history: History, plan: HistoryPlan): { verdict: Verdict; given: readonly Incident[] }[] {
  const verdicts: { verdict: Verdict; given: readonly Incident[] }[] = []
  let given: readonly Incident[] = []
  backtest(history, {
    from: notesStart(plan),
    memory: quietMemory(plan),
    onHour: (verdict, incidents) => {
      verdicts.push({ verdict: structuredClone({ ...verdict, memory: createJudgeMemory() }), given })
      given = incidentsInWindow(incidents, verdict.hour + HOUR_MS)
    },
  })
  return verdicts
}

describe('a verdict follows from history and incidents alone', () => {
  const history = makeHistory(eventful, 48)
  const verdicts = verdictsOf(history, eventful)

  test('the eventful days have findings to compare', () => {
    expect(new Set(verdicts.flatMap(({ verdict }) => verdict.findings.map(({ kind }) => kind)))).toEqual(
      new Set(['outage', 'drop', 'decline', 'gap', 'invalid']),
    )
  })

  test.each([7, 12, 19, 21, 27, 40, 47])(
    'a judge restarted at hour %d, with an empty memory, says the same',
    (index) => {
      const { verdict, given } = verdicts[index] ?? never()
      const again = judgeHour({ history, hour: verdict.hour, incidents: given, memory: createJudgeMemory() })
      expect(withoutMemory(again)).toEqual(withoutMemory(verdict))
    },
  )

  test('and is said again by a judge that is asked twice of one hour', () => {
    const { verdict, given } = verdicts[27] ?? never()
    const memory = createJudgeMemory()
    const judge = () => judgeHour({ history, hour: verdict.hour, incidents: given, memory, isHistoryFinal: true })
    const without = judgeHour({ history, hour: verdict.hour, incidents: [], memory })
    expect(without.findings).not.toEqual(verdict.findings)
    expect([judge(), judge()].map(withoutMemory)).toEqual([withoutMemory(verdict), withoutMemory(verdict)])
  })

  test.each([9, 20, 30, 45])('what comes after hour %d isn’t looked at', (index) => {
    const { verdict, given } = verdicts[index] ?? never()
    const hours = (verdict.hour - history.start) / HOUR_MS + 1
    const cut = excerpt(history, 0, hours)
    const again = judgeHour({ history: cut, hour: verdict.hour, incidents: given, memory: createJudgeMemory() })
    expect(withoutMemory(again)).toEqual(withoutMemory(verdict))
  })

  test('an hour outside the history is refused by name', () => {
    const hour = history.start - HOUR_MS
    expect(() => judgeHour({ history, hour, incidents: [], memory: createJudgeMemory() })).toThrow(
      /hour is 2014-01-05T23:00:00Z: use one of the \d+ from 2014-01-06T00:00:00Z/,
    )
  })
})

test('a judge that has read no more than its window says the same as one that has run for months', () => {
  const plan: HistoryPlan = { ...eventful, quietWeeks: 13 }
  const history = makeHistory(plan, 30)
  const verdicts: { verdict: Verdict; given: readonly Incident[] }[] = []
  let given: readonly Incident[] = []
  backtest(history, {
    // Started long before, so that its memory has seen what the window has left behind.
    from: notesStart(plan) - 30 * HOUR_MS,
    onHour: (verdict, incidents) => {
      verdicts.push({ verdict: structuredClone({ ...verdict, memory: createJudgeMemory() }), given })
      given = incidentsInWindow(incidents, verdict.hour + HOUR_MS)
    },
  })
  for (const { verdict, given: incidents } of [verdicts[31], verdicts[39], verdicts[59]].filter(
    (one) => one !== undefined,
  )) {
    const end = (verdict.hour - history.start) / HOUR_MS + 1
    const window = excerpt(history, end - JUDGE_WINDOW_HOURS, end)
    const again = judgeHour({ history: window, hour: verdict.hour, incidents, memory: createJudgeMemory() })
    expect(withoutMemory(again)).toEqual(withoutMemory(verdict))
  }
})

test('whenever nobody listens, nothing but gaps is found', () => {
  const heard = fc.array(fc.constantFrom('100', '.', '30', '55', '80'), { minLength: 20, maxLength: 40 })
  fc.assert(
    fc.property(heard, fc.constantFrom(1, 2), (notes, seed) => {
      const plan: HistoryPlan = {
        seed,
        heard: notes.join(' '),
        channels: {
          beta: { perHour: 9000 },
          aurora: { perHour: 1700 },
          nightly: { perHour: 2200 },
          other: { perHour: 260 },
        },
      }
      const { incidents } = backtest(makeHistory(plan, 48), { from: notesStart(plan), memory: quietMemory(plan) })
      expect(incidents.filter(({ group }) => group !== 'gap')).toEqual([])
    }),
    { numRuns: 8, seed: 42 },
  )
})

test('99 of 100 usual hours lie within what is expected', () => {
  const plan: HistoryPlan = {
    quietWeeks: 5,
    channels: {
      beta: { perHour: 9000 },
      aurora: { perHour: 1700 },
      nightly: { perHour: 2200 },
      other: { perHour: 60 },
    },
  }
  const history = makeHistory(plan, 14 * 24)
  const { expectations } = backtest(history, {
    from: notesStart(plan),
    withExpectations: true,
    memory: quietMemory(plan),
  })
  const within = expectations.filter(({ channel, hour, low, high }) => {
    const seen = history.channels.get(channel)?.received[(hour - history.start) / HOUR_MS] ?? Number.NaN
    return seen >= low && seen <= high
  })
  expect(within.length / expectations.length).toBeGreaterThan(0.975)
  expect(within.length / expectations.length).toBeLessThan(1)
})

test('the forecast of an hour is near what is expected of it when it has come', () => {
  const plan: HistoryPlan = {
    channels: { beta: { perHour: 9000 }, aurora: { perHour: 1700 }, nightly: { perHour: 2200 } },
  }
  const verdicts = verdictsOf(makeHistory(plan, 20), plan)
  const [first] = verdicts
  const later = verdicts[12]?.verdict.expectations.find(({ channel }) => channel === 'nightly')
  const foreseen = first?.verdict.forecast.find(({ channel, hour }) => channel === 'nightly' && hour === later?.hour)
  expect(foreseen?.mid).toBeGreaterThan(0.95 * (later?.mid ?? 0))
  expect(foreseen?.mid).toBeLessThan(1.05 * (later?.mid ?? 0))
})

test('late counts that fill an outage withdraw its incident', () => {
  const channels = { beta: { perHour: 9000 }, aurora: { perHour: 1700 } }
  const low: HistoryPlan = { channels: { ...channels, nightly: { perHour: 2200, seen: '100x6 0' } } }
  const filled = makeHistory({ channels: { ...channels, nightly: { perHour: 2200 } } }, 7)
  const { incidents } = backtest(makeHistory(low, 7), { from: notesStart(low), memory: quietMemory(low) })
  expect(incidents.map(({ state }) => state)).toEqual(['open'])
  const hour = notesStart(low) + 6 * HOUR_MS
  const verdict = judgeHour({ history: filled, hour, incidents, memory: createJudgeMemory() })
  const { changed, events } = advanceIncidents({ incidents, verdict, nextId: 2 })
  expect(changed.map(({ id, state }) => [id, state])).toEqual([[1, 'withdrawn']])
  expect(events.map(({ kind }) => kind)).toEqual(['withdrawn'])
})

test('judging an hour again changes nothing twice', () => {
  const plan: HistoryPlan = {
    channels: { beta: { perHour: 9000 }, aurora: { perHour: 1700 }, nightly: { perHour: 2200, seen: '100x6 0x6' } },
  }
  const history = makeHistory(plan, 12)
  const { incidents } = backtest(history, { from: notesStart(plan), memory: quietMemory(plan) })
  for (const hour of [7, 9, 11]) {
    const time = notesStart(plan) + hour * HOUR_MS
    const verdict = judgeHour({ history, hour: time, incidents, memory: createJudgeMemory() })
    const advance = advanceIncidents({ incidents, verdict, nextId: 2 })
    expect(advance.events).toEqual([])
    for (const changed of advance.changed) expect(changed).toEqual(incidents.find(({ id }) => id === changed.id))
  }
})

test('before a fortnight it says what it has and what it needs', () => {
  const plan: HistoryPlan = { quietWeeks: 1, channels: { nightly: { perHour: 2200 } } }
  const verdict = judgeHour({
    history: makeHistory(plan, 12),
    hour: notesStart(plan) + 11 * HOUR_MS,
    incidents: [],
    memory: createJudgeMemory(),
  })
  expect([...verdict.learning]).toEqual([['nightly', { coveredDays: 7.5, neededDays: 14 }]])
})

function never(): never {
  throw new Error('there is no such hour')
}
