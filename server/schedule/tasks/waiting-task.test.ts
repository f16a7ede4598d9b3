import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FilledArchive, openFilledArchive } from '../../../data/archive/testing/filled-archive.ts'
import { TEST_HOUR, testIndex } from '../../../data/counts/testing/converted-index.ts'
import { HOUR_MS, MINUTE_MS } from '../../../data/domain/time.ts'
import { DEFAULT_REVISION_RULES, revisionUrl } from '../../../data/histograms/revision.ts'
import type { KeptChoice } from '../../../data/reprocess/choice.ts'
import { createWaitingTask } from './waiting-task.ts'

const PREFIX = 'https://hg.mozilla.org/mozilla-central/rev/'
const PERIOD = { from: 0, to: 1 }

let filled: FilledArchive
let now = TEST_HOUR
let known: string[] = []
let asked: string[] = []
let runs: Pick<KeptChoice, 'problems' | 'values'>[] = []
let told: unknown[] = []

beforeEach(async () => {
  filled = await openFilledArchive()
  now = TEST_HOUR
  known = []
  asked = []
  runs = []
  told = []
  const { records } = testIndex('a', [
    { problem: 'specification_unavailable' },
    { problem: 'unknown_revision' },
    { problem: 'unknown_revision' },
    { problem: 'invalid_revision' },
  ])
  const revisions = ['aaaaaa', 'bbbbbb', 'bbbbbb', 'cccccc']
  await filled.convert('a', [], {
    records: records.map((record) => {
      const [problem = 'bad_json'] = record.problems
      const value = PREFIX + revisions[record.frame]
      return { ...record, causes: [{ problem, field: 'info.revision', value }] }
    }),
  })
  await filled.archive()
})

afterEach(() => filled.close())

function task() {
  return createWaitingTask({
    db: filled.options.db,
    archive: { root: filled.root, readings: filled.options.readings },
    reprocessing: {
      async run({ choice: { problems, values } }) {
        runs.push(values === undefined ? { problems } : { problems, values })
        return new Map([['unknown_revision', { tried: 2, converted: 2, still: new Map() }]])
      },
      isStopping: () => false,
      stop: () => Promise.resolve(),
    },
    sources: () => ({
      rules: DEFAULT_REVISION_RULES,
      store: {
        async find(revision) {
          asked.push(revisionUrl(revision))
          return known.includes(revision.hex) ? { kind: 'found', text: '{}' } : { kind: 'unavailable' }
        },
        stop: () => undefined,
      },
    }),
    now: () => now,
    onConverted: (converted) => told.push(converted),
  })
}

const run = (waiting = task()) => waiting.run(PERIOD, new AbortController().signal)

test('asks for what is waited for, what most wait for first, and leaves alone what nobody has', async () => {
  await run()
  expect(asked).toEqual([`${PREFIX}bbbbbb`, `${PREFIX}aaaaaa`])
  expect(runs).toEqual([])
})

test('converts what waited for a specification that can be had now, and nothing else', async () => {
  known = ['bbbbbb']
  await run()
  expect(runs).toEqual([{ problems: ['unknown_revision', 'specification_unavailable'], values: [`${PREFIX}bbbbbb`] }])
  expect(told).toEqual([{ revisions: [`${PREFIX}bbbbbb`], submissions: 2 }])
})

test('asks ever later', async () => {
  const waiting = task()
  const askedAfter: number[] = []
  for (let minutes = 0; minutes <= 75; minutes += 5) {
    now = TEST_HOUR + minutes * MINUTE_MS
    asked = []
    await run(waiting)
    if (asked.length > 0) askedAfter.push(minutes)
  }
  expect(askedAfter).toEqual([0, 5, 15, 35, 75])
})

test('gives up after 48 hours', async () => {
  now = TEST_HOUR + 49 * HOUR_MS
  await run()
  expect(asked).toEqual([])
})
