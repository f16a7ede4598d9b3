import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TEST_HOUR } from '../../counts/testing/converted-index.ts'
import { HOUR_MS, MINUTE_MS } from '../../domain/time.ts'
import { type FilledArchive, openFilledArchive } from '../testing/filled-archive.ts'
import { findSamples, type SampleChoice } from './find-samples.ts'

// Dozens of syncs: on a busy machine each takes a while.
vi.setConfig({ testTimeout: 60_000 })

let archive: FilledArchive

beforeEach(async () => {
  archive = await openFilledArchive()
})

afterEach(() => archive.close())

const idsOf = async (choice: Partial<SampleChoice> & Pick<SampleChoice, 'problem'>) => {
  const { root, options } = archive
  const range = { channel: null, since: TEST_HOUR, until: TEST_HOUR + HOUR_MS, most: 10 }
  const found = await findSamples({ db: options.db, root, readings: options.readings }, { ...range, ...choice })
  return found.map(({ documentId }) => documentId)
}

test('the newest with the problem are found, in archive and quarantine, within the range and the channel', async () => {
  await archive.convert('a', [
    { id: 'well', at: TEST_HOUR },
    { id: 'first', problem: 'invalid_revision', at: TEST_HOUR + MINUTE_MS },
    { id: 'second', problem: 'invalid_revision', at: TEST_HOUR + 2 * MINUTE_MS },
    { id: 'beta', problem: 'invalid_revision', channel: 'beta', at: TEST_HOUR + 3 * MINUTE_MS },
    { id: 'too late', problem: 'invalid_revision', at: TEST_HOUR + HOUR_MS },
    { id: 'salvaged', problem: 'bad_histogram', at: TEST_HOUR + MINUTE_MS },
  ])
  await archive.archive()
  expect(await idsOf({ problem: 'invalid_revision' })).toEqual(['beta', 'second', 'first'])
  expect(await idsOf({ problem: 'invalid_revision', most: 1 })).toEqual(['beta'])
  expect(await idsOf({ problem: 'invalid_revision', channel: 'nightly' })).toEqual(['second', 'first'])
  expect(await idsOf({ problem: 'bad_histogram' })).toEqual(['salvaged'])
  expect(await idsOf({ problem: 'bad_json' })).toEqual([])
})
