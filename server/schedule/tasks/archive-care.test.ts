import { expect, test } from 'vitest'
import type { Verification } from '../../../data/archive/verify/verify-archive.ts'
import type { Compacted } from '../../archive/archive-work.ts'
import { createCompactTask } from './compact-task.ts'
import { createVerifyTask } from './verify-task.ts'

const PERIOD = { from: 0, to: 1 }
const SIGNAL = new AbortController().signal

const compacted = (done: number): Compacted => ({
  steps: done,
  done,
  filesBefore: 2 * done,
  filesAfter: done,
  rows: 10,
  bytesBefore: 100,
  bytesAfter: 90,
})

test('what was put together is told, and nothing where there was nothing', async () => {
  const told: Compacted[] = []
  for (const done of [0, 2]) {
    const task = createCompactTask({ compact: async () => compacted(done) }, (one) => told.push(one))
    await task.run(PERIOD, SIGNAL)
  }
  expect(told).toEqual([compacted(2)])
})

test('an archive that differs is told and no failure of the task: tried again, it would tell the same every five minutes', async () => {
  const verification: Verification = {
    differences: [{ kind: 'missing', file: 'archive/x.parquet' }],
    differenceCount: 1,
    days: 1,
    files: 1,
    rows: 0,
    bytes: 0,
    setAside: 0,
  }
  const told: Verification[] = []
  await createVerifyTask({ verify: async () => verification }, (one) => told.push(one)).run(PERIOD, SIGNAL)
  expect(told).toEqual([verification])
})

test('one that could not be verified is a failure, and tried again', async () => {
  const task = createVerifyTask({ verify: () => Promise.reject(new Error('disk gone')) }, () => undefined)
  await expect(task.run(PERIOD, SIGNAL)).rejects.toThrow('disk gone')
})
