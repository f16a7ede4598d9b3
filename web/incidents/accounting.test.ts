import { expect, test } from 'vitest'
import { accountingRows } from './accounting.tsx'

const NOTHING = {
  missing: 0,
  received: 0,
  invalid: 0,
  quarantined: 0,
  recovered: 0,
  waiting: 0,
  quarantined_elsewhere: 0,
  discarded: 0,
  duration_seconds: 3600,
  told_after_seconds: null,
}

test('what was invalid is said to be all of it: the incident counts what is beyond the usual', () => {
  const rows = accountingRows({ ...NOTHING, received: 900, invalid: 120, quarantined: 70, recovered: 30, waiting: 40 })
  expect(rows).toEqual([
    ['Received meanwhile', '900'],
    ['Invalid, the usual ones among them', '120'],
    ['Waiting in quarantine, nothing of it lost', '40'],
    ['Converted since from quarantine', '30'],
  ])
})

test('of imported counts nothing is said to wait here', () => {
  const rows = accountingRows({ ...NOTHING, received: 900, invalid: 120, quarantined_elsewhere: 120 })
  expect(rows).toContainEqual(['Set aside where these counts came from', '120'])
  expect(rows.map(([name]) => name)).not.toContain('Waiting in quarantine, nothing of it lost')
})

test('where nothing came at all, that stands there', () => {
  expect(accountingRows(NOTHING)).toEqual([['Received meanwhile', '0']])
})
