import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import type { History } from '../../data/counts/history.ts'
import { readHistory } from '../../data/counts/read-history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { type DemoSeed, seedDemo } from './demo.ts'
import { storyHistory } from './story/history.ts'
import { totalPerHour } from './story/rates.ts'

const NOW = Date.parse('2026-03-18T10:40:00Z')
const options = { seed: 2, scale: 0.2, endAt: NOW }

let db: Database
let seeded: DemoSeed
let read: History
const story = storyHistory(options)

beforeAll(async () => {
  db = await openDatabase(':memory:')
  seeded = await seedDemo(db, { now: NOW, seed: 2, scale: 0.2 })
  read = await readHistory(db, story.start, story.start + story.hours * HOUR_MS)
}, 120_000)

afterAll(() => db.close())

test('the counts that are imported are the history that benchmarks judge', () => {
  expect(read.hours).toBe(story.hours)
  expect([...read.coverage].map(rounded)).toEqual([...story.coverage].map(rounded))
  expect([...read.channels.keys()].sort()).toEqual([...story.channels.keys()].sort())
  for (const [channel, series] of story.channels) {
    const other = read.channels.get(channel)
    expect(other?.received).toEqual(series.received)
    expect(other?.invalid).toEqual(series.invalid)
    expect(other?.reasons.get('saved-session')).toEqual(series.reasons.get('saved-session'))
    expect(other?.problems.get('invalid_revision')).toEqual(series.problems.get('invalid_revision'))
    expect(other?.attributes.get('revision_prefix')).toEqual(series.attributes.get('revision_prefix'))
  }
})

test('live traffic begins at the level where the counts end', () => {
  const last = story.hours - 1
  let counted = 0
  for (const { received } of story.channels.values()) counted += received[last] ?? 0
  const perHour = counted / (story.coverage[last] ?? 1)
  expect(story.coverage[last]).toBeCloseTo(2 / 3)
  expect(totalPerHour(seeded.rates(NOW)) / perHour).toBeCloseTo(1, 1)
})

test('builds are the same in the counts and in live traffic', () => {
  const known = read.channels.get('nightly')?.builds
  const nightly = seeded.rates(NOW).channels.find(({ profile }) => profile.channel === 'nightly')
  const newest = nightly?.rates.find(({ isNewestBuild }) => isNewestBuild)?.build.buildId ?? ''
  expect(known?.has(newest)).toBe(true)
})

/** To the millisecond of the hour, as intervals are kept. */
function rounded(ratio: number): number {
  return Math.round(ratio * HOUR_MS)
}
