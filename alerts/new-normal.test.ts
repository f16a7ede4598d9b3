import { describe, expect, test } from 'vitest'
import type { History } from '../data/counts/history.ts'
import { DAY_MS, HOUR_MS } from '../data/domain/time.ts'
import { incidentsInWindow } from './backtest.ts'
import type { Incident } from './incident.ts'
import { act, type IncidentAction } from './incidents/act.ts'
import { advanceIncidents } from './incidents/advance-incidents.ts'
import { judgeHour } from './judge/judge-hour.ts'
import { type HistoryPlan, makeHistory, notesStart } from './judge/testing/make-history.ts'
import { quietMemory } from './judge/testing/quiet-memory.ts'

/** "This is the new normal": what a person's word makes of the hours that follow. Hours count from the notes' beginning. */

const others = {
  aurora: { perHour: 1700 },
  release: { perHour: 60_000 },
}

const SAYS = { by: 'Roberto', note: 'half of the sampling rate' }

interface Word {
  /** After this hour is judged. */
  readonly after: number
  readonly kind: 'accept_level' | 'take_back_level'
}

/** Judges hour by hour, and lets a person speak of the newest incident in between. */
function judgedWith(plan: HistoryPlan, hours: number, words: readonly Word[]): readonly Incident[] {
  const history: History = makeHistory(plan, hours)
  const begin = notesStart(plan)
  const incidents = new Map<number, Incident>()
  let memory = quietMemory(plan, begin - DAY_MS)
  let nextId = 1
  for (let after = -24; after < hours; after++) {
    const hour = begin + after * HOUR_MS
    const relevant = incidentsInWindow([...incidents.values()], hour)
    const verdict = judgeHour({ history, hour, incidents: relevant, memory, isHistoryFinal: true, withForecast: false })
    memory = verdict.memory
    const advance = advanceIncidents({ incidents: relevant, verdict, nextId })
    nextId = advance.nextId
    for (const incident of advance.changed) incidents.set(incident.id, incident)
    for (const word of words.filter((own) => own.after === after)) {
      const [newest] = [...incidents.values()].slice(-1)
      if (newest === undefined) throw new Error(`nothing is told ${after} hours after: there is nothing to speak of`)
      const result = act(newest, { kind: word.kind, ...SAYS }, hour + HOUR_MS)
      if (result.kind === 'done') incidents.set(newest.id, result.incident)
    }
  }
  return [...incidents.values()]
}

const halved: HistoryPlan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 50x400' } } }

describe('a level that somebody accepts', () => {
  test('closes its incident with the next hour, and nothing more is told of it, also a week later', () => {
    const incidents = judgedWith(halved, 9 * 24, [{ after: 10, kind: 'accept_level' }])
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({
      state: 'resolved',
      accepted: SAYS,
      resolvedAt: notesStart(halved) + 12 * HOUR_MS,
      acceptedLevel: { from: notesStart(halved) + 8 * HOUR_MS },
    })
  })

  test('is measured better as more of it is known', () => {
    const ratioAfter = (hours: number) => {
      const [incident] = judgedWith(halved, hours, [{ after: 10, kind: 'accept_level' }])
      return incident?.acceptedLevel?.ratios.find(({ series }) => series === '')?.ratio ?? Number.NaN
    }
    expect(Math.abs(ratioAfter(60) - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(ratioAfter(13) - 0.5)).toBeLessThan(0.08)
  })

  test.each([
    { claim: 'a further drop an hour later is told', seen: '100x8 50x4 10x200', drop: 12 },
    { claim: 'a further drop days later is told', seen: '100x8 50x80 20x200', drop: 88 },
    { claim: 'an outage is told', seen: '100x8 50x40 0x200', drop: 48 },
  ])('$claim', ({ seen, drop }) => {
    const plan: HistoryPlan = { channels: { ...others, nightly: { perHour: 2200, seen } } }
    const incidents = judgedWith(plan, drop + 12, [{ after: 10, kind: 'accept_level' }])
    expect(incidents.map(({ state }) => state)).toEqual(['resolved', 'open'])
    expect(incidents[1]?.start).toBe(notesStart(plan) + drop * HOUR_MS)
    expect((incidents[1]?.detectedAt ?? 0) - notesStart(plan)).toBeLessThanOrEqual((drop + 3) * HOUR_MS)
  })

  test('of one reason is accepted for that reason: the others are expected as before', () => {
    const plan: HistoryPlan = { channels: { ...others, nightly: { perHour: 2200, savedSession: '100x8 40x400' } } }
    const incidents = judgedWith(plan, 4 * 24, [{ after: 16, kind: 'accept_level' }])
    expect(incidents).toHaveLength(1)
    const ratioOf = (reason: string) =>
      incidents[0]?.acceptedLevel?.ratios.find(({ series }) => series === reason)?.ratio ?? Number.NaN
    expect(ratioOf('saved-session')).toBeCloseTo(0.4, 1)
    expect(ratioOf('idle-daily')).toBeCloseTo(1, 1)
  })

  test('that comes back to what it was is no surge', () => {
    const plan: HistoryPlan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 50x60 100x200' } } }
    const incidents = judgedWith(plan, 8 + 60 + 24, [{ after: 10, kind: 'accept_level' }])
    expect(incidents.map(({ group }) => group)).toEqual(['volume'])
  })
})

describe('a level that is taken back', () => {
  test('is an incident again, which ends when what was usual comes back', () => {
    const plan: HistoryPlan = { channels: { ...others, nightly: { perHour: 2200, seen: '100x8 50x40' } } }
    const words: Word[] = [
      { after: 10, kind: 'accept_level' },
      { after: 30, kind: 'take_back_level' },
    ]
    const incidents = judgedWith(plan, 80, words)
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toMatchObject({ state: 'resolved', acceptedLevel: null, end: notesStart(plan) + 48 * HOUR_MS })
    expect(incidents[0]).not.toHaveProperty('accepted')
  })

  test.each<{ claim: string; kind: IncidentAction['kind']; says: string }>([
    { claim: 'twice, nothing is left to take back', kind: 'take_back_level', says: 'Nobody has accepted a level here' },
  ])('$claim', ({ says }) => {
    const [incident] = judgedWith(halved, 14, [])
    if (incident === undefined) throw new Error('nothing was told')
    expect(act(incident, { kind: 'take_back_level', ...SAYS }, 0)).toMatchObject({
      kind: 'unchanged',
      says: expect.stringContaining(says),
    })
  })
})
