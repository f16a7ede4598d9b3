import { expect, test } from 'vitest'
import { backtest } from '../../alerts/backtest.ts'
import { explainHour } from '../../alerts/why/explain-hour.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { storyHistory } from '../../server/simulate/story/history.ts'

/** The story's incidents, asked about at the hour that gave each away and at the one before. */

const history = storyHistory({ seed: 1 })
const { incidents } = backtest(history)
const found = incidents.filter(({ group }) => group !== 'gap')

const whyOf = (channel: string, hour: number) => explainHour({ history, hour, channel, incidents, silences: [] })

test('the story has incidents to ask about', () => {
  expect(found.length).toBeGreaterThanOrEqual(3)
})

test.each(found)('incident $id ($kind) was told at its hour, by a detector that met all it asks', (incident) => {
  const [channel = '*'] = incident.channels
  const why = whyOf(channel, incident.detectedAt - HOUR_MS)
  expect(why.told).toContainEqual(expect.objectContaining({ incident: incident.id, isNew: true }))
  expect(why.detectors.some(({ nearest }) => nearest.isMet && nearest.passedOver === null)).toBe(true)
})

test.each(found)('an hour before incident $id, each detector of it says what was missing', (incident) => {
  const [channel = '*'] = incident.channels
  const why = whyOf(channel, incident.detectedAt - 2 * HOUR_MS)
  expect(why.told.filter((own) => own.incident === incident.id)).toEqual([])
  const own = why.detectors.filter(
    ({ detector, series }) =>
      (incident.group === 'invalid') === detector.startsWith('invalid') && series.problem === incident.series.problem,
  )
  expect(own.length).toBeGreaterThan(0)
  for (const { nearest } of own) {
    const isHeldBack = nearest.isMet && (nearest.passedOver !== null || why.incidents.length > 0)
    expect(isHeldBack || nearest.conditions.some(({ isMet }) => !isMet)).toBe(true)
  }
})

test('in the gaps nothing is known and nothing is lost', () => {
  for (const gap of incidents.filter(({ group }) => group === 'gap')) {
    const why = whyOf('nightly', gap.detectedAt - HOUR_MS)
    expect(why).toMatchObject({ isKnown: false, seen: null })
    expect(why.heldBack.map(({ code }) => code)).toContain('uncovered')
  }
})
