import { describe, expect, test } from 'vitest'
import type { ChartData } from './chart-data.ts'
import { chartScales } from './chart-option.ts'
import { happenings } from './happenings.ts'
import { chartLayout, LANES } from './layout.ts'
import { endLabels, notes, spread } from './notes.ts'
import { newestIndex, readout } from './readout.ts'
import { toPixel } from './scale.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const start = Date.UTC(2014, 0, 14)
const look = { log: false, zone: 'utc' } as const

/** Ten days of 100 an hour within 90 – 110. */
function calm(changes: Partial<ChartData> = {}): ChartData {
  const x = Array.from({ length: 240 }, (_, index) => start + (index + 0.5) * HOUR)
  const all = (value: number): number[] => x.map(() => value)
  return {
    channel: 'nightly',
    from: start,
    to: start + 10 * DAY,
    step: 'hour',
    x,
    seen: all(100),
    low: all(90),
    mid: all(100),
    high: all(110),
    ghost: null,
    ofExpected: all(1),
    invalid: all(0.02),
    running: null,
    complete: 240,
    now: start + 10 * DAY,
    gaps: [],
    incidents: [],
    builds: [],
    annotations: [],
    heldBack: [],
    late: [],
    partly: [],
    parts: null,
    measure: 'count',
    ...changes,
  }
}

const layout = chartLayout({ width: 1344, labels: 'margin' }, LANES, { bracketRows: 1, gapRow: true, builds: true })

function written(data: ChartData): string[] {
  return notes(data, layout, chartScales(data, layout, look), (text) => text.length * 6).map(({ text }) => text)
}

function said(data: ChartData, index: number): string {
  const { time, items } = readout(data, index, look)
  return `${time}: ${items.map(({ name, value, look: how }) => `${name} ${value}${how === 'wrong' ? '!' : ''}`).join(', ')}`.replace(
    /[\u00a0\u202f]/g,
    ' ',
  )
}

describe('the read-out', () => {
  test('says all that is known of an hour, by the hour’s start', () => {
    const ghost = calm().x.map(() => 88)
    expect(said(calm({ ghost }), 13)).toBe(
      'Tue 14 Jan 2014, 13:00: seen 100, expected 90 – 110, of expected 1.00, invalid 2.0 %, last week 88',
    )
  })

  test('what lies outside the band is wrong', () => {
    expect(said(calm({ seen: calm().x.map(() => 50) }), 0)).toContain('of expected 0.50!')
  })

  test('an hour that counts came late for says so', () => {
    const late = [{ at: start + 5 * HOUR, addedAt: start + 8 * HOUR }]
    expect(said(calm({ late }), 5)).toContain('seen 100, counted late')
    expect(said(calm({ late }), 6)).not.toContain('late')
    expect(happenings(calm({ late }), 5, 'utc')).toEqual(['counted late, last at Tue 14 Jan, 08:00: judged anew'])
  })

  test('an hour nobody counted is unknown, with the reason, and the running one is so far', () => {
    const seen = calm().seen.map((value, index) => (index === 5 || index >= 239 ? null : value))
    const gaps = [{ from: start + 5 * HOUR, to: start + 6 * HOUR, reason: 'no receiver was running' }]
    const running = { index: 239, value: 31, ageMs: 22 * 60_000, pace: 84 }
    const data = calm({ seen, gaps, running, complete: 239, now: start + 239.4 * HOUR })
    expect(said(data, 5)).toContain('seen unknown (no receiver was running)')
    expect(said(data, 239)).toContain('so far 31, 22 min')
    expect(newestIndex(data)).toBe(238)
    expect(newestIndex({ ...data, seen: seen.map(() => null) })).toBe(239)
  })
})

describe('notes', () => {
  test('a calm chart has none', () => expect(written(calm())).toEqual([]))

  test('how low it got is written where it was lowest, once it climbs again', () => {
    const ofExpected = calm().x.map((_, index) => (index > 80 && index < 160 ? 0.36 + Math.abs(index - 120) / 100 : 1))
    const incidents = [
      {
        id: 12,
        group: 'volume' as const,
        from: start + 80 * HOUR,
        to: start + 160 * HOUR,
        open: false,
        label: 'too few',
      },
    ]
    expect(written(calm({ ofExpected, incidents }))).toEqual(['0.36 on Sun 19 Jan'])
  })

  test('which problem it is stands beside the invalid line, not across it', () => {
    const incident = (id: number, from: number) => ({
      id,
      group: 'invalid' as const,
      from: start + from * HOUR,
      to: start + 240 * HOUR,
      open: true,
      label: 'invalid_revision',
    })
    const lines: readonly (readonly number[])[] = [
      // It rose before the chart began and stays high; it rises from the bottom; it falls through the whole lane.
      calm().x.map(() => 0.42),
      calm().x.map((_, index) => (index < 100 ? 0.02 : 0.42)),
      calm().x.map((_, index) => 0.5 - index / 480),
    ]
    for (const invalid of lines) {
      const data = calm({ invalid, incidents: [incident(5, -10), incident(6, 110)] })
      const scales = chartScales(data, layout, look)
      const lane = scales.lanes.get('invalid')?.scale
      if (lane === undefined) throw new Error('the chart has no lane of the invalid rate')
      const placed = notes(data, layout, scales, (text) => text.length * 6)
      expect(placed).toHaveLength(2)
      for (const { id, text, left, top } of placed) {
        const right = left + `${id}  ${text}`.length * 6
        expect(left).toBeGreaterThanOrEqual(layout.left)
        expect(right).toBeLessThanOrEqual(layout.left + layout.plotWidth)
        const under = data.x.flatMap((time, index) => {
          const x = toPixel(scales.time, time)
          return x >= left && x <= right ? [toPixel(lane, invalid[index] ?? 0)] : []
        })
        expect(under.filter((y) => y >= top && y <= top + 18)).toEqual([])
      }
      const [one, other] = placed
      expect(one?.left === other?.left && one?.top === other?.top).toBe(false)
    }
  })

  test('builds that used to come daily and don’t are missed', () => {
    const at = [0, 1, 2, 3, 4, 8.5, 9].map((day) => start + day * DAY)
    const builds = at.map((time) => ({ id: String(time), at: time, blamed: false }))
    expect(written(calm({ builds }))).toEqual(['no new build seen'])
    expect(written(calm({ builds: builds.slice(0, 5) }))).toEqual([])
  })

  test('builds that crowd are a bar, with how many they are', () => {
    const builds = Array.from({ length: 12 }, (_, index) => ({
      id: String(index),
      at: start + 10 * DAY - HOUR + index * 0.05 * HOUR,
      blamed: false,
    }))
    expect(written(calm({ builds }))).toEqual(['12 builds'])
  })

  test('words about builds never stand on one another, nor on a tick', () => {
    const crowd = (hour: number) =>
      [0, 0.1, 0.2].map((more) => ({ id: `${hour + more}`, at: start + (hour + more) * HOUR, blamed: false }))
    for (let hours = 4; hours < 120; hours++) {
      const builds = [10, 20, 30, 40, 40 + hours].flatMap(crowd)
      const data = calm({ builds })
      const scales = chartScales(data, layout, look)
      const words = notes(data, layout, scales, (text) => text.length * 6).map(({ text, left, align }) => {
        const width = text.length * 6
        return align === 'middle' ? [left - width / 2, left + width / 2] : [left, left + width]
      })
      const ticks = builds.map(({ at }) => [toPixel(scales.time, at), toPixel(scales.time, at)])
      const placed = [...words, ...ticks]
      for (const [left = 0, right = 0] of words) {
        const onIt = placed.filter(([other = 0, end = 0]) => other < right && end > left)
        expect(onIt).toEqual([[left, right]])
      }
      expect(words).not.toEqual([])
    }
  })
})

describe('labels at the lines’ ends', () => {
  test('tell seen, expected and last week', () => {
    const data = calm({ ghost: calm().x.map(() => 60) })
    const labels = endLabels(data, chartScales(data, layout, look))
    expect(labels.map(({ lines }) => lines.join(' '))).toEqual(['expected 90 – 110', 'seen 100', 'last week 60'])
  })

  test('are pushed apart, and stay within their lane', () => {
    const tops = (wanted: number[]) =>
      spread(
        wanted.map((top) => ({ top, lines: ['one'] })),
        [200, 0],
      ).map(({ top }) => top)
    expect(tops([50, 52, 120])).toEqual([50, 68, 120])
    expect(tops([190, 195])).toEqual([164, 182])
  })
})
