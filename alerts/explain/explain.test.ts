import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../data/domain/time.ts'
import { backtest } from '../backtest.ts'
import type { Incident } from '../incident.ts'
import { type ChannelPlan, makeHistory, notesStart } from '../judge/testing/make-history.ts'
import { quietMemory } from '../judge/testing/quiet-memory.ts'

vi.setConfig({ testTimeout: 120_000 })

/** The incident of `nightly` so many hours after the quiet weeks. */
function incidentOf(nightly: ChannelPlan, hours: number): Incident {
  const plan = { channels: { beta: { perHour: 9000 }, aurora: { perHour: 1700 }, nightly } }
  const { incidents } = backtest(makeHistory(plan, hours), { from: notesStart(plan), memory: quietMemory(plan) })
  const [incident, ...others] = incidents
  if (incident === undefined || others.length > 0) throw new Error(`${incidents.length} incidents instead of one`)
  return incident
}

test('a reason that is missing altogether is all that is missing', () => {
  const { explanation } = incidentOf({ perHour: 2200, savedSession: '100x8 0x20' }, 16)
  expect(explanation.sentence).toMatch(/^(All|over 99|9\d).* missing is saved-session/)
  expect(explanation.carriers[0]).toMatchObject({ dimension: 'reason', value: 'saved-session' })
  expect(explanation.carriers[0]?.seen).toBe(0)
})

test('a reason missing from new builds names the first of them, before the channel shows it', () => {
  const { explanation, series, detectedAt } = incidentOf({ perHour: 2200, lackingFrom: 12 }, 15)
  expect(series).toEqual({ reason: 'saved-session', buildId: '20140203' })
  expect(explanation.firstBuildId).toBe('20140203')
  expect(explanation.sentence).toContain('saved-session, builds from 20140203 on')
  expect((detectedAt - notesStart({ channels: {} })) / HOUR_MS).toBeLessThanOrEqual(15)
})

test('builds that send nothing are named by their absence', () => {
  const { explanation, group } = incidentOf({ perHour: 2200, silentFrom: 12 }, 28)
  expect(group).toBe('volume')
  expect(explanation.sentence.replaceAll('\u00a0', ' ')).toContain(
    'No new build has been seen since 20140202 (Sun 2 Feb, 12:00), where one came every 24 h: builds from 20140203 on most likely send nothing.',
  )
  expect(explanation).toMatchObject({ firstSilentBuild: '20140203' })
})

test('builds that nobody saw aren’t named where the ids of earlier ones don’t tell their days', () => {
  const plan = { channels: { beta: { perHour: 9000 }, nightly: { perHour: 2200, silentFrom: 12 } } }
  const history = makeHistory(plan, 28)
  const nightly = history.channels.get('nightly')
  if (nightly === undefined) throw new Error('the plan has nightly')
  const builds = new Map([...nightly.builds].map(([build, counts]) => [`r${build}`, counts]))
  const channels = new Map([...history.channels, ['nightly', { ...nightly, builds }]])
  const { incidents } = backtest({ ...history, channels }, { from: notesStart(plan) })
  expect(incidents[0]?.explanation.sentence).toContain('newer builds most likely send nothing')
  expect(incidents[0]?.explanation.firstSilentBuild).toBeUndefined()
})

test('where all fall alike nobody is blamed', () => {
  const { explanation } = incidentOf({ perHour: 2200, seen: '100x8 50x8' }, 14)
  expect(explanation.sentence).toBe('idle-daily and saved-session fall alike.')
  expect(explanation.firstBuildId).toBeUndefined()
})

test('builds whose submissions fail are named with the problem and the new attribute value', () => {
  const { explanation } = incidentOf({ perHour: 2200, failingFrom: 12 }, 20)
  expect(explanation.firstBuildId).toBe('20140203')
  expect(explanation.sentence).toMatch(
    /invalid_revision, from builds from 20140203 on\. A new revision prefix, https:\/\/hg\.example\.org, came with them\./,
  )
  // How many wait is said once, by the incident's own number.
  expect(explanation.sentence).toMatch(/Nothing is lost: what is invalid_revision waits in quarantine\.$/)
  expect(explanation.carriers.map(({ dimension }) => dimension).slice(0, 3)).toEqual(['problem', 'attribute', 'build'])
})
