import { describe, expect, test } from 'vitest'
import { judgeWishesOf } from './judge-wishes.ts'
import { defaultLayer } from './layers/default-layer.ts'
import { fileLayer } from './layers/file-layer.ts'
import { resolveSettings } from './resolve-settings.ts'

function read(yaml: string) {
  return resolveSettings([defaultLayer(), fileLayer('tidewatch.yaml', yaml)])
}

function wishesOf(yaml: string) {
  const checked = read(yaml)
  if (checked.kind === 'problems') throw new Error(checked.problems.join('\n'))
  const { sensitivity } = judgeWishesOf(checked.settings, [])
  if (sensitivity === undefined) throw new Error('there is no sensitivity')
  return sensitivity
}

test('where nobody asks for anything, the judge goes by its own sizes', () => {
  expect(wishesOf('state: var')('nightly')).toEqual({})
})

describe('of each kind the first wish about a channel holds', () => {
  const sensitivity = wishesOf(`
judge:
  falseAlarmsPerYear: 1
  sensitivity:
    - channels: [beta, "*-cck-*"]
      missing: {percent: 30, hours: 6}
    - channels: ["nightly*"]
      falseAlarmsPerYear: 0.01
      invalid: [{points: 2, hours: 1}, {points: 0.5, hours: 24}]
    - missing: {percent: 50, hours: 1}
      surge: {percent: 100, hours: 3}
`)

  test.each([
    { channel: 'beta', loss: [{ ratio: 0.3, hours: 6 }] },
    { channel: 'release-cck-mozilla', loss: [{ ratio: 0.3, hours: 6 }] },
    { channel: 'release-cck', loss: [{ ratio: 0.5, hours: 1 }] },
  ])('$channel', ({ channel, loss }) => {
    expect(sensitivity(channel)).toEqual({ loss, surge: [{ ratio: 1, hours: 3 }], falseAlarmsPerYear: 1 })
  })

  test('and others of it come from later ones', () => {
    expect(sensitivity('nightly-elm')).toEqual({
      loss: [{ ratio: 0.5, hours: 1 }],
      surge: [{ ratio: 1, hours: 3 }],
      invalid: [
        { ratio: 0.02, hours: 1 },
        { ratio: 0.005, hours: 24 },
      ],
      falseAlarmsPerYear: 0.01,
    })
  })
})

test.each([
  {
    claim: 'a window that the judge has not',
    wish: 'missing: {percent: 30, hours: 4}',
    says: 'use one of 1, 2, 3, 6, 12, 24, 72',
  },
  { claim: 'all of it', wish: 'missing: {percent: 100, hours: 1}', says: 'use a number from 1 to 95' },
  { claim: 'no percentage', wish: 'missing: {hours: 1}', says: 'percent' },
  { claim: 'points of a loss', wish: 'missing: {points: 3, hours: 1}', says: 'missing' },
  { claim: 'nothing', wish: 'channels: [beta]', says: 'at least one of missing' },
  { claim: 'a kind that is none', wish: 'lost: {percent: 3, hours: 1}', says: 'lost' },
  { claim: 'a false alarm a day', wish: 'falseAlarmsPerYear: 365', says: 'use a number from 0.001 to 12' },
])('$claim is refused by its place', ({ wish, says }) => {
  const checked = read(`judge:\n  sensitivity:\n    - ${wish}\n`)
  if (checked.kind === 'settings') throw new Error('it was allowed')
  expect(checked.problems.join('\n')).toContain('judge.sensitivity')
  expect(checked.problems.join('\n')).toContain(says)
})
