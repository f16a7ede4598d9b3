import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { importCsv } from '../../../data/counts/csv/import-csv.ts'
import { openDatabase } from '../../../data/counts/database.ts'
import { readHistory } from '../../../data/counts/read-history.ts'
import { HOUR_MS } from '../../../data/domain/time.ts'
import { storyHistory } from './history.ts'
import { storyHours } from './story.ts'
import { type StoryFiles, writeStory } from './write-story.ts'

// Generating a world takes a moment, and longer where others work, too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const options = { seed: 4, scale: 0.02 }

describe('a written story', () => {
  let folder: string
  let files: StoryFiles
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidewatch-story-'))
    files = await writeStory(join(folder, 'story'), options)
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('has every count of the story once', async () => {
    const [head, ...lines] = (await readFile(files.counts, 'utf8')).trimEnd().split('\n')
    const columns = head?.split(',') ?? []
    expect(columns).toEqual(
      'hour,channel,app_name,app_version,build_id,reason,outcome,problem,submissions,bytes,coverage'.split(','),
    )
    const expected = [...storyHours(options)]
    expect(lines).toHaveLength(expected.reduce((sum, { counts }) => sum + counts.length, 0))
    const submissions = lines.reduce((sum, line) => sum + Number(line.split(',')[columns.indexOf('submissions')]), 0)
    expect(submissions).toBe(
      expected.reduce((sum, { counts }) => sum + counts.reduce((hour, count) => hour + count.submissions, 0), 0),
    )
    expect(lines.every((line) => line.split(',').length === columns.length)).toBe(true)
  })

  test('has no row in the hours of a gap, and part of the coverage at its edges', async () => {
    const lines = (await readFile(files.counts, 'utf8')).split('\n')
    const of = (hour: string) => lines.filter((line) => line.startsWith(`${hour},`))
    expect(of('2013-12-17T08:00:00Z')).toEqual([])
    expect(Number(of('2013-12-17T04:00:00Z')[0]?.split(',').at(-1))).toBeCloseTo(1 / 6)
    expect(of('2013-12-17T03:00:00Z')[0]?.split(',').at(-1)).toBe('1')
  })

  test('counts attributes of what it counts', async () => {
    const lines = (await readFile(files.attributes, 'utf8')).trimEnd().split('\n')
    expect(lines[0]).toBe('hour,channel,attribute,value,submissions')
    const firstHttps = lines.find((line) => line.includes('https://'))
    expect(firstHttps?.slice(0, 10)).toBe('2014-02-04')
  })

  test('is the same story once it is imported', async () => {
    const db = await openDatabase(':memory:')
    try {
      for (const path of [files.counts, files.attributes]) {
        await importCsv(db, { chunks: createReadStream(path), source: 'story', now: Date.UTC(2014, 1, 13) })
      }
      const story = storyHistory(options)
      const read = await readHistory(db, story.start, story.start + story.hours * HOUR_MS)
      expect([...read.coverage].map(milliseconds)).toEqual([...story.coverage].map(milliseconds))
      expect(read.channels.size).toBe(story.channels.size)
      for (const [channel, { received, invalid, attributes }] of story.channels) {
        const other = read.channels.get(channel)
        expect(other?.received).toEqual(received)
        expect(other?.invalid).toEqual(invalid)
        expect(other?.attributes.get('os')).toEqual(attributes.get('os'))
      }
    } finally {
      await db.close()
    }
  })

  test('says what really happened', async () => {
    const labels: { event: string; start: string }[] = JSON.parse(await readFile(files.labels, 'utf8'))
    expect(labels.map(({ event }) => event).join('')).toBe('ABCDE')
    expect(labels[0]?.start).toBe('2013-12-17T04:10:00Z')
  })
})

/** Coverage is kept in milliseconds. */
function milliseconds(coverageRatio: number): number {
  return Math.round(coverageRatio * HOUR_MS)
}
