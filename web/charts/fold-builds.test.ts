import { expect, test } from 'vitest'
import { foldBuilds } from './fold-builds.ts'

const build = (at: number, blamed = false) => ({ id: String(at), at, blamed })

test.each([
  { claim: 'what stands apart is a tick each', at: [10, 13, 30], says: ['10', '13', '30'] },
  { claim: 'what would be one stroke is a bar of so many', at: [10, 12, 14, 30], says: ['10–14: 3', '30'] },
  { claim: 'what was seen before the range has no tick', at: [-5, 101, 50], says: ['50'] },
  { claim: 'without builds there is nothing', at: [], says: [] },
])('$claim', ({ at, says }) => {
  const ticks = foldBuilds({ builds: at.map((time) => build(time)), from: 0, to: 100 }, (time) => time)
  expect(ticks.map(({ left, right, builds }) => (builds === 1 ? `${left}` : `${left}–${right}: ${builds}`))).toEqual(
    says,
  )
})

test('a blamed build is never folded into others', () => {
  const builds = [build(10), build(11, true), build(12)]
  const ticks = foldBuilds({ builds, from: 0, to: 100 }, (time) => time)
  expect(ticks.map(({ builds: many, blamed }) => [many, blamed])).toEqual([
    [2, false],
    [1, true],
  ])
})
