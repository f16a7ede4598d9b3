import { describe, expect, test } from 'vitest'
import type { ProblemsAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { invalidSentences } from './invalid-sentences.ts'
import { type ProblemCounts, problemMatrix } from './problem-matrix.ts'

const HOUR_MS = 3_600_000
const START = Date.UTC(2014, 0, 14)
const HOURS = 48

function counts(problem: string, submissions = 10): ProblemCounts {
  return {
    problem,
    outcome: 'quarantined',
    submissions,
    rate: 0.01,
    invalid: submissions,
    recovered: 0,
    imported: 0,
    first_hour: '2014-01-14T00:00:00Z',
    last_hour: '2014-01-15T00:00:00Z',
    channels: [],
  }
}

/** By problem, submissions of each hour; beside them 90 an hour without a problem. */
function series(problems: Readonly<Record<string, (hour: number) => number | null>>): SeriesAnswer {
  const hours = Array.from({ length: HOURS }, (_, hour) => hour)
  return {
    from: '',
    to: '',
    metric: 'received',
    step: 'hour',
    times: hours.map((hour) => new Date(START + hour * HOUR_MS).toISOString()),
    series: [
      { key: { problem: 'none' }, values: hours.map(() => 90) },
      ...Object.entries(problems).map(([problem, value]) => ({ key: { problem }, values: hours.map(value) })),
    ],
    coverage: [],
    completeness: [],
  }
}

const at = (hours: number) => ({ stepMs: HOUR_MS, countedUpTo: START + hours * HOUR_MS })

describe('a problem on a channel', () => {
  const rising = series({ bad_json: (hour) => (hour < 24 ? 0 : 10) })

  test('is told as a share of all that came, hour by hour, and lately beside before', () => {
    const [row] = problemMatrix([counts('bad_json')], ['nightly'], new Map([['nightly', rising]]), at(HOURS))
    const [cell] = row?.cells ?? []
    expect(cell?.rates[30]).toBe(0.1)
    expect([cell?.before, cell?.lately]).toEqual([0, 0.1])
    expect(row?.max).toBe(0.1)
  })

  test('of the running hour nothing is told', () => {
    const [row] = problemMatrix([counts('bad_json')], ['nightly'], new Map([['nightly', rising]]), at(30.5))
    expect(row?.cells[0]?.rates.slice(29, 31)).toEqual([0.1, null])
  })

  test('that it never had isn’t drawn, but said; one that isn’t loaded is neither', () => {
    const answers = new Map([
      ['nightly', rising],
      ['beta', series({})],
    ])
    const [row] = problemMatrix([counts('bad_json')], ['nightly', 'beta', 'release'], answers, at(HOURS))
    expect(row?.cells.map(({ channel }) => channel)).toEqual(['nightly'])
    expect(row?.without).toEqual(['beta'])
  })

  test('of a tenth of a percent doesn’t fill its scale', () => {
    const few = series({ bad_json: () => 0.1 })
    const [row] = problemMatrix([counts('bad_json')], ['nightly'], new Map([['nightly', few]]), at(HOURS))
    expect(row?.max).toBe(0.05)
  })
})

describe('the sentence', () => {
  const completeness = { complete_hours: 0, partial: [], unknown: [] }
  const problems: ProblemsAnswer = {
    from: '',
    to: '',
    received: 1000,
    problems: [counts('bad_json', 26)],
    completeness,
  }
  const given = { overview: null, channel: null, when: 'in the last 7 days' }
  const fresh = (...values: string[]) => ({
    from: '',
    to: '',
    first_seen: values.map((value) => ({ channel: 'nightly', attribute: null, value, first_seen: '', submissions: 1 })),
    completeness,
  })
  const says = (...of: Parameters<typeof invalidSentences>) =>
    invalidSentences(...of).map(({ text }) => text.replaceAll('\u00a0', ' '))

  test('says how much is invalid, and whether any of it is new', () => {
    expect(says(problems, fresh(), given)).toEqual([
      '3 % of what came in the last 7 days was invalid; nothing in it is new.',
    ])
    expect(says(problems, fresh('a'), { ...given, channel: 'beta' })).toEqual([
      '3 % of what beta sent in the last 7 days was invalid; 1 thing in it is new.',
    ])
    expect(says({ ...problems, received: 0 }, null, given)).toEqual(['Nothing came in the last 7 days.'])
  })

  test('calls nothing known, and nothing well, in the first week of all that it is about', () => {
    const [young, learnt] = [{ days: 3.2, of: 14 }, null]
    const channels = [
      { channel: 'beta', learning: young },
      { channel: 'nightly', learning: learnt },
    ]
    const overview = { incidents: [], channels }
    const [ofBeta] = invalidSentences(problems, fresh(), { ...given, overview, channel: 'beta' })
    expect(ofBeta?.mark).toBe('learning')
    expect(ofBeta?.text).toMatch(/was invalid; what of it is new can be said after a week\.$/)
    expect(says(problems, fresh(), { ...given, overview })[0]).toMatch(/nothing in it is new\.$/)
  })
})
