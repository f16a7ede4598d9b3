import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { convertedFilePath } from '../../data/converted/converted-file.ts'
import { HOUR_MS, MINUTE_MS } from '../../data/domain/time.ts'
import type { UnmergedSegment } from '../../data/spool/unmerged.ts'
import { createProgressWatch } from './progress-watch.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 20)

let converted: string

beforeEach(async () => {
  converted = await mkdtemp(join(tmpdir(), 'tidewatch-progress-'))
})
afterEach(() => rm(converted, { recursive: true, force: true }))

function watchOf(unmerged: readonly UnmergedSegment[]) {
  return createProgressWatch({
    converted,
    tellAfterMs: () => 10 * MINUTE_MS,
    now: () => NOW,
    countedUpTo: () => NOW - MINUTE_MS,
    judgedHour: () => NOW - 80 * MINUTE_MS,
    unmerged: () => unmerged,
  })
}

const segment = (folder: UnmergedSegment['folder'], name = 'oldest'): UnmergedSegment => ({
  segment: name,
  receiver: 'r1',
  createdAt: NOW - HOUR_MS,
  folder,
})

test.each([
  { claim: 'an open segment: its receiver', unmerged: [segment('open')], stage: 'receiving' },
  {
    claim: 'a closed one: the converter, which would have to take it',
    unmerged: [segment('closed')],
    stage: 'converting',
  },
  { claim: 'a claimed one: the converter, which has it', unmerged: [segment('claimed')], stage: 'converting' },
  { claim: 'nothing in the spool: the merging, or the counts would follow the clock', unmerged: [], stage: 'merging' },
  {
    claim: 'the oldest one decides',
    unmerged: [segment('claimed'), segment('open', 'younger')],
    stage: 'converting',
  },
])('who has to go on is told by the oldest segment. $claim', async ({ unmerged, stage }) => {
  const { waiting } = await watchOf(unmerged).look()
  expect(waiting).toEqual({ stage, segments: unmerged.length, oldest: unmerged[0]?.segment ?? null })
})

test('a claimed segment whose converted file is there waits for the merging', async () => {
  await writeFile(convertedFilePath(converted, 'oldest'), '')
  expect((await watchOf([segment('claimed')]).look()).waiting.stage).toBe('merging')
})

test('each look is remembered with how far counting and judging are', async () => {
  const { samples, tellAfterMs } = await watchOf([]).look()
  expect(tellAfterMs).toBe(10 * MINUTE_MS)
  expect(samples).toEqual([{ at: NOW, countedUpTo: NOW - MINUTE_MS, judgedUpTo: NOW - 20 * MINUTE_MS }])
})
