import { expect, test } from 'vitest'
import { DAY_MS } from '../domain/time.ts'
import { planMerge } from './plan-merge.ts'

const RULES = { tailIds: 10, fanIn: 3, mostIds: 90 }

/** `0:10 0:11 1:90`: runs by day and size. */
const runsOf = (text: string) =>
  text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, number) => {
      const [day = 0, ids = 0] = word.split(':').map(Number)
      return { ids, file: { day: day * DAY_MS, number } }
    })

test.each([
  { claim: 'nothing is merged where there is nothing', runs: '', merges: '' },
  { claim: 'few runs of today wait for more', runs: '0:10 0:12', merges: '' },
  { claim: 'runs of today are merged with their like', runs: '0:30 0:10 0:30 0:12 0:11', merges: '0:10 0:11 0:12' },
  { claim: 'larger ones are, too', runs: '0:30 0:10 0:31 0:32', merges: '0:30 0:31 0:32' },
  { claim: 'the largest stay as they are', runs: '0:90 0:91 0:95 0:120', merges: '' },
  { claim: 'what is left of a day that is over becomes one', runs: '0:10 0:30 0:90 1:10', merges: '0:10 0:30' },
  { claim: 'a day that is over keeps several runs where one would be too large', runs: '0:80 0:85 1:10', merges: '' },
  { claim: 'one run of a day is left in peace', runs: '0:10 1:10 2:10', merges: '' },
  { claim: 'runs of different days are never merged', runs: '0:10 1:10 2:10 3:10', merges: '' },
  { claim: 'no merged run is much larger than the largest', runs: '0:80 0:80 0:80', merges: '' },
])('$claim', ({ runs, merges }) => {
  const merged = planMerge(runsOf(runs), RULES)
  expect(merged.map(({ ids, file }) => `${file.day / DAY_MS}:${ids}`).join(' ')).toBe(merges)
})
