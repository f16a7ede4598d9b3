import { describe, expect, test } from 'vitest'
import type { PipelineAnswer } from '../../server/api/types.ts'
import { gauges, type PipelineFacts, pipelineSentences } from './gauges.ts'
import { expectedAt, minuteRate } from './minute-rate.ts'

const NOW = Date.UTC(2014, 0, 16, 14, 20)
const MINUTE_MS = 60_000
const ago = (ms: number): string => new Date(NOW - ms).toISOString()

const WELL: PipelineAnswer = {
  now: ago(0),
  watermark: ago(2000),
  judged_up_to: '2014-01-16T14:00:00Z',
  receivers: [{ name: 'edge-1', last_heartbeat: ago(4000), refusing: false, refusal: null }],
  backlog: { segments: 0, bytes: 0, oldest_seconds: 0 },
  imports: { segments: 0, bytes: 0 },
  workers: { total: 2, busy: 0 },
  outbox: { waiting: 0, oldest: null, last_error: null, refused: [] },
  disk: { free_bytes: 8e10, min_free_bytes: 2.7e8, hours_until_full: null },
}

function facts(pipeline: Partial<PipelineAnswer>, rest: Partial<PipelineFacts> = {}): PipelineFacts {
  return {
    pipeline: { ...WELL, ...pipeline },
    quarantine: { problems: [] },
    overview: null,
    rate: null,
    now: NOW,
    zone: 'utc',
    ...rest,
  }
}

test('where everything is as it should be, one sentence says so', () => {
  expect(gauges(facts({})).filter(({ trouble }) => trouble !== null)).toEqual([])
  expect(pipelineSentences(gauges(facts({})))).toEqual([
    { mark: 'well', text: 'Everything is where it should be.', incident: null },
  ])
})

const heard = (ms: number) => ({ name: 'edge-1', last_heartbeat: ago(ms), refusing: false, refusal: null })
const waiting = (seconds: number) => ({ segments: 3, bytes: 4096, oldest_seconds: seconds })
const disk = (hours: number | null, free = 8e10) => ({
  free_bytes: free,
  min_free_bytes: 2.7e8,
  hours_until_full: hours,
})

test.each([
  { claim: 'nobody listens', given: { receivers: [] }, is: 'wrong none' },
  { claim: 'a receiver is silent', given: { receivers: [heard(61_000 + 2000)] }, is: 'wrong silent' },
  {
    claim: 'a receiver refuses',
    given: { receivers: [{ ...heard(0), refusing: true, refusal: 'disk_full' }] },
    is: 'wrong refuses',
  },
  { claim: 'a backlog of five minutes', given: { backlog: waiting(300) }, is: 'watch late' },
  { claim: 'a backlog of fifteen', given: { backlog: waiting(900) }, is: 'wrong late' },
  { claim: 'a backlog of four is none', given: { backlog: waiting(240) }, is: undefined },
  { claim: 'counts of five minutes ago', given: { watermark: ago(5 * MINUTE_MS) }, is: 'watch late' },
  { claim: 'an hour that is not judged', given: { judged_up_to: '2014-01-16T13:00:00Z' }, is: 'wrong behind' },
  {
    claim: 'mails that wait',
    given: { outbox: { ...WELL.outbox, waiting: 2, oldest: ago(20 * MINUTE_MS), last_error: 'nobody listens' } },
    is: 'wrong late',
  },
  {
    claim: 'a refused recipient',
    given: { outbox: { ...WELL.outbox, refused: [{ recipient: 'x@example.org', error: '550 no such user' }] } },
    is: 'wrong refused',
  },
  { claim: 'a disk that is full in two days', given: { disk: disk(48) }, is: 'watch fills up' },
  { claim: 'one that is full tonight', given: { disk: disk(9) }, is: 'wrong nearly full' },
  { claim: 'one that is full', given: { disk: disk(null, 1e8) }, is: 'wrong full' },
])('$claim: $is', ({ given, is }) => {
  const troubles = gauges(facts(given)).flatMap(({ trouble }) => trouble ?? [])
  expect(troubles.map(({ level, word }) => `${level} ${word}`)[0]).toBe(is)
})

test('where counting is behind, its receivers aren’t called silent for it', () => {
  const late = facts({ watermark: ago(10 * MINUTE_MS), receivers: [heard(10 * MINUTE_MS)] })
  expect(gauges(late).flatMap(({ stage, trouble }) => (trouble === null ? [] : [stage]))).toEqual(['Count'])
})

test('what would convert today asks to be reprocessed', () => {
  const problem = { problem: 'invalid_revision', bytes: 1, oldest: ago(0), checked_at: ago(0) }
  const quarantine = { problems: [{ ...problem, submissions: 30, would_convert: 18 }] }
  expect(pipelineSentences(gauges(facts({}, { quarantine })))[0]?.text).toBe(
    '18 of 30 submissions in quarantine would convert today: reprocess them.',
  )
})

test('what is wrong is said before what is to be watched, and three at most', () => {
  const all = gauges(
    facts({ disk: disk(48), backlog: waiting(900), receivers: [heard(120_000)], watermark: ago(400_000) }),
  )
  expect(pipelineSentences(all)).toHaveLength(3)
  expect(pipelineSentences(all)[0]?.text).toMatch(/wait to be counted/)
})

describe('the rate now', () => {
  const minutes = (values: (number | null)[]) => ({
    from: '',
    to: '',
    metric: 'received' as const,
    step: 'minute' as const,
    times: values.map((_, index) => ago((values.length - index) * MINUTE_MS)),
    series: [{ key: {}, values }],
    coverage: [],
    completeness: [],
  })
  test('is the mean of the last known quarter of an hour, without the running minute', () => {
    const values = [900, ...Array.from({ length: 14 }, () => 100), null, 100]
    expect(minuteRate(minutes(values), null, NOW)?.perMinute).toBeCloseTo((14 * 100 + 100) / 15)
    expect(minuteRate(minutes([50, 1000]), null, NOW - 1000)?.perMinute).toBe(50)
    expect(minuteRate(minutes([null, null]), null, NOW)).toBeNull()
  })

  test('is told to be too low when it is half of what is expected', () => {
    const rate = (perMinute: number) =>
      gauges(facts({}, { rate: { perMinute, expected: { low: 100, high: 130 } } })).find(({ name }) =>
        name.startsWith('Rate'),
      )
    expect(rate(49)?.trouble?.word).toBe('too low')
    expect(rate(51)?.trouble).toBeNull()
    // What is as it should be must read so, also where it isn't as usual.
    expect(rate(51)?.shouldBe).toMatch(/^at least 50 a minute; 100\s–\s130 are usual at this hour$/)
  })

  test('is expected to be the sum of what the judge expects of every channel', () => {
    const week = (low: number | null) => ({ seen: [], invalid_rate: [], low: [null, low], high: [null, low] })
    const channel = (low: number | null, learning: { days: number; of: number } | null = null) => ({
      ...({} as Parameters<typeof expectedAt>[0]['channels'][number]),
      week: week(low),
      learning,
    })
    const at = Date.parse('2014-01-16T01:30:00Z')
    const start = '2014-01-16T00:00:00Z'
    expect(expectedAt({ channels: [channel(60), channel(120)], week_start: start }, at)).toEqual({ low: 3, high: 3 })
    expect(expectedAt({ channels: [channel(60), channel(null)], week_start: start }, at)).toBeNull()
    expect(
      expectedAt({ channels: [channel(60), channel(null, { days: 1, of: 14 })], week_start: start }, at)?.low,
    ).toBe(1)
  })
})
