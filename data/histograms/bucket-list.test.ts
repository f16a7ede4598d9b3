import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bucketList } from './bucket-list.ts'
import { DEFAULT_CONSTANTS } from './definition-number.ts'

const REAL = '../shared/real/histograms'

test.skipIf(!existsSync(REAL)).each(['a55c55edf302.FIREFOX_AURORA_23_BASE', '8d3810543edc.FIREFOX_AURORA_24_BASE'])(
  'of %s in ../shared/real is the one that was worked out there, to the last name and number',
  (file) => {
    const [revision = ''] = file.split('.')
    const list = bucketList(readFileSync(`${REAL}/${file}.json`, 'utf8'), DEFAULT_CONSTANTS)
    const yardstick = JSON.parse(readFileSync(`${REAL}/${revision}.json`, 'utf8'))
    const names = Object.keys(yardstick.histograms)
    expect(names.length).toBeGreaterThan(700)
    for (const name of names) expect({ [name]: list?.histograms[name] }).toEqual({ [name]: yardstick.histograms[name] })
    // Whoever worked it out had no numbers for the two constants of the source code.
    const more = Object.keys(list?.histograms ?? {}).filter((name) => !names.includes(name))
    expect(more.sort()).toEqual(['GC_REASON_2', 'STARTUP_MEASUREMENT_ERRORS'])
  },
)

test.each([
  { kind: 'exponential', rest: { low: 1, high: 10, n_buckets: 4 }, entry: ['0', 1, [0, 1, 3, 10], 10] },
  { kind: 'linear', rest: { low: 2, high: 10, n_buckets: 4 }, entry: ['1', 2, [0, 2, 6, 10], 10] },
  { kind: 'enumerated', rest: { n_values: 2 }, entry: ['1', 1, [0, 1, 2], 2] },
  { kind: 'boolean', rest: {}, entry: ['2', 1, [0, 1, 2], 2] },
  { kind: 'flag', rest: {}, entry: ['3', 1, [0, 1, 2], 2] },
  { kind: 'count', rest: {}, entry: ['4', 1, [0, 1, 2], 2] },
])('names the kind $kind by its number', ({ kind, rest, entry: [number, min, buckets, max] }) => {
  const list = bucketList(JSON.stringify({ X: { kind, ...rest } }), DEFAULT_CONSTANTS)
  expect(list?.histograms).toEqual({
    X: { kind: number, min, buckets, max, bucket_count: Array.isArray(buckets) ? buckets.length : 0 },
  })
})

test('has STARTUP_ twins of what browsers keep apart for their start, unless the file defines one itself', () => {
  const names = ['MOZ_SQLITE_OPEN', 'HTTP_PAGE', 'SPDY_PING', 'CACHE_SIZE', 'DNS_LOOKUP', 'GC_MS']
  const definitions = Object.fromEntries(names.map((name) => [name, { kind: 'flag' }]))
  const own = { STARTUP_CACHE_SIZE: { kind: 'boolean' } }
  const list = bucketList(JSON.stringify({ ...own, ...definitions }), DEFAULT_CONSTANTS)
  expect(Object.keys(list?.histograms ?? {}).sort()).toEqual(
    [...names, ...names.slice(0, 5).map((name) => `STARTUP_${name}`), 'STARTUP_STARTUP_CACHE_SIZE'].sort(),
  )
  expect(list?.histograms.STARTUP_CACHE_SIZE?.kind).toBe('2')
})

test('leaves out what can’t be read, and is none of a file that defines nothing', () => {
  const text = '{"A":{"kind":"flag"},"B":{"kind":"scatter"},"C":7}'
  expect(Object.keys(bucketList(text, DEFAULT_CONSTANTS)?.histograms ?? {})).toEqual(['A'])
  expect(bucketList('<html>', DEFAULT_CONSTANTS)).toBeNull()
  expect(bucketList('{"histograms":{"A":{"kind":"3","buckets":[0,1,2]}}}', DEFAULT_CONSTANTS)).toBeNull()
})
