import { expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { storyRates, totalPerHour, weeklyMeanPerHour } from './rates.ts'
import { storyHours } from './story.ts'

// Generating a world takes a moment, and longer where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const endAt = Date.parse('2026-03-18T10:30:00Z')
const options = { seed: 3, endAt }

test('live rates are what the story counts, hour by hour', () => {
  const rates = storyRates(options)
  for (const { hour, coverageRatio, counts } of [...storyHours(options)].slice(-48)) {
    const counted = counts.reduce((sum, { submissions }) => sum + submissions, 0)
    const expected = totalPerHour(rates(hour)) * coverageRatio
    expect(Math.abs(counted - expected)).toBeLessThan(6 * Math.sqrt(expected))
  }
})

test('users and builds go on after the story', () => {
  const rates = storyRates(options)
  const builds = (time: number) => newestNightly(rates, time)
  expect(builds(endAt + 60 * 24 * HOUR_MS) > builds(endAt)).toBe(true)
  expect(totalPerHour(rates(endAt + 70 * 24 * HOUR_MS))).toBeGreaterThan(10_000)
})

test('an earlier hour may be asked for again', () => {
  const rates = storyRates(options)
  const before = totalPerHour(rates(endAt))
  rates(endAt + 100 * HOUR_MS)
  expect(totalPerHour(rates(endAt))).toBe(before)
})

test('a time before the story has no rates', () => {
  expect(() => storyRates(options)(0)).toThrow('1970-01-01T00:00:00.000Z is before the story')
})

test('each application of a channel has one newest build, which ever more users take', () => {
  const { channels } = storyRates(options)(endAt)
  for (const { rates } of channels) {
    const newest = rates.filter(({ isNewestBuild }) => isNewestBuild)
    const apps = new Set(rates.map(({ build }) => build.appName))
    expect(new Set(newest.map(({ build }) => build.buildId)).size).toBe(apps.size)
  }
})

test('the mean over a week tells a scale for any rate', () => {
  const mean = weeklyMeanPerHour({ events: [], endAt }, endAt, null)
  const doubled = weeklyMeanPerHour({ events: [], endAt, scale: 2 }, endAt, null)
  expect(doubled / mean).toBeCloseTo(2)
  expect(weeklyMeanPerHour({ events: [], endAt }, endAt, new Set(['nightly']))).toBeLessThan(3_000)
})

function newestNightly(rates: ReturnType<typeof storyRates>, time: number): string {
  const nightly = rates(time).channels.find(({ profile }) => profile.channel === 'nightly')
  return nightly?.rates.find(({ isNewestBuild }) => isNewestBuild)?.build.buildId ?? ''
}
