import { describe, expect, test } from 'vitest'
import type { History } from '../../../data/counts/history.ts'
import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../../data/domain/time.ts'
import { storyHistory } from './history.ts'
import { storyLabels } from './labels.ts'
import { type StoryHour, storyHours, storyRange } from './story.ts'

const story = storyHistory({ seed: 5 })
const quiet = storyHistory({ seed: 5, events: [] })

/** A winter takes a second to generate, and longer where others work, too. */
const TIMEOUT = { timeout: 60_000 }

describe('the story', TIMEOUT, () => {
  test('is the same for the same seed and another for another', () => {
    expect(firstHours(5)).toEqual(firstHours(5))
    expect(firstHours(6)).not.toEqual(firstHours(5))
  })

  test('is 28 quiet days and 60 of the story, up to the end of 12 February 2014', () => {
    expect(new Date(story.start).toISOString()).toBe('2013-11-17T00:00:00.000Z')
    expect(story.hours).toBe(88 * 24)
  })

  test.each(['release', 'beta', 'aurora', 'nightly', 'OTHER'])(
    '%s has a tide, lower at weekends, lower still at Christmas',
    (channel) => {
      const saturday = mean(quiet, channel, '2013-12-07')
      const tuesday = mean(quiet, channel, '2013-12-10')
      const dayOf = (date: string) => received(quiet, channel, Date.parse(date), 24)
      expect(Math.max(...dayOf('2013-12-10')) / Math.min(...dayOf('2013-12-10'))).toBeGreaterThan(1.8)
      expect(saturday / tuesday).toBeGreaterThan(0.74)
      expect(saturday / tuesday).toBeLessThan(0.9)
      expect(mean(quiet, channel, '2013-12-25') / mean(quiet, channel, '2013-12-11')).toBeLessThan(0.93)
    },
  )

  test('A and B: nobody counted, and what was counted at their edges is no rate', () => {
    const at = (time: string) => story.coverage[indexOf(story, Date.parse(time))]
    expect(at('2013-12-17T04:00:00Z')).toBeCloseTo(1 / 6)
    expect(at('2013-12-17T05:00:00Z')).toBe(0)
    expect(at('2013-12-17T13:00:00Z')).toBeCloseTo(5 / 6)
    expect(at('2014-01-08T12:00:00Z')).toBe(0)
    expect(story.coverage.filter((ratio) => ratio < 1)).toHaveLength(10 + 8)
    expect(quiet.coverage.every((ratio) => ratio === 1)).toBe(true)
  })

  test('C: nightly falls to about a third in stairs, and not one submission comes from its builds', () => {
    const ratio = (date: string) => mean(story, 'nightly', date) / mean(quiet, 'nightly', date)
    expect(ratio('2014-01-15')).toBeCloseTo(1, 1)
    expect(ratio('2014-01-17')).toBeLessThan(0.75)
    expect(ratio('2014-01-21')).toBeLessThan(0.5)
    expect(ratio('2014-01-21')).toBeGreaterThan(0.2)
    expect(ratio('2014-01-30')).toBeGreaterThan(0.96)
    expect(
      [...(story.channels.get('nightly')?.builds.keys() ?? [])].some((id) => /^201401(1[6-9]|2[01])/.test(id)),
    ).toBe(false)
  })

  test('D: builds of 1 to 6 February send idle-daily and no saved-session', () => {
    const builds = [...(story.channels.get('nightly')?.builds ?? [])].filter(([id]) => /^2014020[1-6]/.test(id))
    expect(builds.length).toBeGreaterThanOrEqual(5)
    for (const [, build] of builds) expect([...build.reasons.keys()]).toEqual(['idle-daily'])
  })

  test('E: all arrives, ever more of nightly and aurora is invalid, until the fix', () => {
    for (const channel of ['nightly', 'aurora']) {
      expect(invalidRatio(story, channel, '2014-02-03T00:00:00Z')).toBeLessThan(0.05)
      expect(invalidRatio(story, channel, '2014-02-11T00:00:00Z')).toBeGreaterThan(0.55)
      expect(invalidRatio(story, channel, '2014-02-12T17:00:00Z')).toBeGreaterThan(0.55)
      expect(invalidRatio(story, channel, '2014-02-12T18:00:00Z')).toBeLessThan(0.06)
    }
    const arrived = mean(story, 'aurora', '2014-02-11') / mean(quiet, 'aurora', '2014-02-11')
    expect(Math.abs(arrived - 1)).toBeLessThan(0.03)
    expect(invalidRatio(story, 'release', '2014-02-11T00:00:00Z')).toBeLessThan(0.05)
  })

  test('nothing of it shows in the sum of all channels', () => {
    const all = (history: History, date: string) =>
      [...history.channels.keys()].reduce((sum, channel) => sum + mean(history, channel, date), 0)
    expect(all(story, '2014-01-21') / all(quiet, '2014-01-21')).toBeGreaterThan(0.97)
  })

  test('an event that is left out changes nothing before it nor on other channels', () => {
    const withoutC = storyHistory({ seed: 5, events: ['A', 'B', 'D', 'E'] })
    const before = Date.parse('2014-01-16T00:00:00Z')
    const hours = indexOf(story, before)
    expect(received(withoutC, 'nightly', story.start, hours)).toEqual(received(story, 'nightly', story.start, hours))
    expect(received(withoutC, 'release', story.start, story.hours)).toEqual(
      received(story, 'release', story.start, story.hours),
    )
  })
})

describe('a story that ends about now', TIMEOUT, () => {
  const endAt = Date.parse('2026-03-18T10:30:00Z')
  const labels = storyLabels({ endAt })

  test('is shifted by whole weeks, its builds dated anew, holidays and events with it', () => {
    const shift = storyRange({ endAt }).start - story.start
    expect(shift % WEEK_MS).toBe(0)
    expect(labels.map(({ start }) => start - shift)).toEqual(storyLabels().map(({ start }) => start))
    const c = labels.find(({ event }) => event === 'C')
    expect(c?.firstBuildId?.slice(0, 8)).toBe(new Date(c?.start ?? 0).toISOString().slice(0, 10).replaceAll('-', ''))
  })

  test('has told its events within the last week and goes on up to the running, partly covered hour', () => {
    const hours = [...storyHours({ endAt, scale: 0.01 })]
    const last = hours.at(-1)
    expect(last?.hour).toBe(Date.parse('2026-03-18T10:00:00Z'))
    expect(last?.coverageRatio).toBeCloseTo(0.5)
    const fixed = labels.find(({ event }) => event === 'E')?.end ?? 0
    expect(fixed).toBeLessThan(endAt)
    expect(fixed).toBeGreaterThan(endAt - WEEK_MS - DAY_MS)
  })
})

test('labels name what happened, when, and the first build to blame', TIMEOUT, () => {
  expect(
    storyLabels({ seed: 5 }).map(({ event, kind, channels, firstBuildId, reason, problem }) => {
      return [event, kind, channels.join(), firstBuildId?.slice(0, 12) ?? null, reason, problem]
    }),
  ).toEqual([
    ['A', 'gap', '*', null, null, null],
    ['B', 'gap', '*', null, null, null],
    ['C', 'drop', 'nightly', '201401160302', null, null],
    ['D', 'drop', 'nightly', '201402010302', 'saved-session', null],
    ['E', 'invalid', 'nightly,aurora', '201402040302', null, 'invalid_revision'],
  ])
})

function indexOf(history: History, time: EpochMs): number {
  return Math.floor((time - history.start) / HOUR_MS)
}

function received(history: History, channel: string, from: EpochMs, hours: number): number[] {
  const first = indexOf(history, from)
  return [...(history.channels.get(channel)?.received.slice(first, first + hours) ?? [])]
}

/** Submissions per hour on the UTC day `date`. */
function mean(history: History, channel: string, date: string): number {
  return received(history, channel, Date.parse(date), 24).reduce((sum, count) => sum + count, 0) / 24
}

function invalidRatio(history: History, channel: string, time: string): number {
  const i = indexOf(history, Date.parse(time))
  const series = history.channels.get(channel)
  return (series?.invalid[i] ?? 0) / (series?.received[i] ?? 0)
}

function firstHours(seed: number): StoryHour[] {
  const hours: StoryHour[] = []
  for (const hour of storyHours({ seed })) {
    hours.push(hour)
    if (hours.length === 50) break
  }
  return hours
}
