import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { placeSpans, rowsOf } from './brackets.ts'
import { chartLayout, LANES } from './layout.ts'
import { fromPixel, logTicks, type Scale, ticksFromZero, toPixel } from './scale.ts'
import { meanOfExpected, sumBy, trailingMean } from './series-math.ts'
import { timeTicks, weekends } from './time-ticks.ts'
import { dryGround, type Ring, runs, type Value, water } from './water.ts'

const HOUR = 3_600_000

describe('scales', () => {
  test.each([
    [3420, 4, [0, 1000, 2000, 3000, 4000]],
    [0.05, 2, [0, 0.025, 0.05]],
    [0.73, 2, [0, 0.4, 0.8]],
    [1, 4, [0, 0.25, 0.5, 0.75, 1]],
    [4000, 4, [0, 1000, 2000, 3000, 4000]],
  ])('ticks up to %d, %d at most', (highest, most, values) => {
    expect(ticksFromZero(highest, most).values).toEqual(values)
  })

  test('the highest value is never above the top tick, and there are never more steps than asked for', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.integer({ min: 1, max: 8 }), (highest, most) => {
        const ticks = ticksFromZero(highest, most)
        expect(ticks.max).toBeGreaterThanOrEqual(highest * (1 - 1e-9))
        expect(ticks.values.length).toBeLessThanOrEqual(most + 1)
      }),
    )
  })

  test('pixels lead back to their value', () => {
    const scale: Scale = { kind: 'linear', domain: [10, 110], range: [40, 240] }
    expect(toPixel(scale, 60)).toBe(140)
    expect(fromPixel(scale, 140)).toBe(60)
  })

  test('a logarithmic scale spaces powers of ten evenly and keeps zero at its lower end', () => {
    const { min, max, values } = logTicks(12, 3420)
    expect(values).toEqual([10, 100, 1000, 10000])
    const scale: Scale = { kind: 'log', domain: [min, max], range: [300, 0] }
    expect(toPixel(scale, 100)).toBeCloseTo(200)
    expect(toPixel(scale, 0)).toBe(300)
  })

  test('logarithmic for shares go on beneath one', () => {
    expect(logTicks(0.72, 0.81, 0.001)).toEqual({ min: 0.1, max: 1, values: [0.1, 1] })
    expect(logTicks(0, 0.3, 0.001).values).toEqual([0.001, 0.01, 0.1, 1])
  })
})

describe('water', () => {
  const x = [0, 1, 2, 3]

  test('is broken where a shore is unknown', () => {
    const rings = water(x, [1, null, 1, 1], [2, 2, 2, 2], 0, 4)
    expect(rings).toEqual([
      [
        [0, 2],
        [0, 1],
      ],
      [
        [2, 2],
        [3, 2],
        [3, 1],
        [2, 1],
      ],
    ])
  })

  test('dry ground ends where the line crosses the shore', () => {
    const rings = dryGround(x, [12, 6, 6, 14], [10, 10, 10, 10], 'below')
    expect(rings.map(rounded)).toEqual([
      [
        [0.33, 10],
        [1, 6],
        [2, 6],
        [2.5, 10],
        [2, 10],
        [1, 10],
      ],
    ])
  })

  test('no dry ground within the shores, nor where nothing is known', () => {
    expect(dryGround(x, [10, 11, 12, 13], [10, 10, 10, 10], 'below')).toEqual([])
    expect(dryGround(x, [null, 1, null, null], [10, null, 10, 10], 'below')).toEqual([])
    expect(dryGround(x, [null, 1, null, null], [10, 10, 10, 10], 'below')).toHaveLength(1)
  })

  test('a surge is what lies above the upper shore', () => {
    expect(dryGround(x, [12, 12, 12, 12], [10, 10, 10, 10], 'above')).toHaveLength(1)
    expect(dryGround(x, [12, 12, 12, 12], [10, 10, 10, 10], 'below')).toHaveLength(0)
  })

  test('every index belongs to exactly one run, or to none', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (flags) => {
        const covered = runs(0, flags.length, (index) => flags[index] === true).flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, offset) => first + offset),
        )
        expect(covered).toEqual(flags.flatMap((flag, index) => (flag ? [index] : [])))
      }),
    )
  })
})

describe('means', () => {
  const tide = Array.from({ length: 96 }, (_, hour) => 100 + 80 * Math.sin((hour / 24) * 2 * Math.PI))

  test('of expected is flat where all is as expected, whatever the tide', () => {
    const ratios = meanOfExpected(tide, tide)
    expect(ratios.slice(0, 11)).toEqual(new Array(11).fill(null))
    for (const ratio of ratios.slice(24)) expect(ratio).toBeCloseTo(1)
  })

  test('a day at half is 0.50 at its end; hours nobody counted count on neither side', () => {
    const half = tide.map((value, hour) => (hour >= 48 ? value / 2 : value))
    const gap = half.map((value, hour) => (hour >= 60 && hour < 66 ? null : value))
    expect(meanOfExpected(half, tide)[71]).toBeCloseTo(0.5)
    expect(meanOfExpected(gap, tide)[71]).toBeCloseTo(0.5)
    expect(meanOfExpected(gap, tide)[62]).toBeNull()
  })

  test('means and sums keep what is unknown unknown', () => {
    expect(trailingMean([2, 4, null, 8], 2)).toEqual([2, 3, null, 8])
    expect(sumBy([1, 2, null, null, 5], [0, 0, 1, 2, 2], 4)).toEqual([3, null, 5, null])
  })
})

describe('time', () => {
  const from = Date.UTC(2013, 11, 15)
  test.each([
    [1, 600, ['Sun 15', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00', 'Mon 16']],
    [7, 600, ['Sun 15 Dec', 'Mon 16', 'Tue 17', 'Wed 18', 'Thu 19', 'Fri 20', 'Sat 21', 'Sun 22']],
    [28, 600, ['Mon 16 Dec', 'Mon 23', 'Mon 30', 'Mon 6 Jan']],
    [365, 600, ['1 Jan 2014', '1 Mar', '1 May', '1 Jul', '1 Sep', '1 Nov']],
  ])('ticks of %d days in %d px', (days, width, labels) => {
    expect(timeTicks(from, from + days * 24 * HOUR, width, 'utc').map((tick) => tick.label)).toEqual(labels)
  })

  test('weekends are cut to the range', () => {
    // 15 December 2013 was a Sunday.
    const found = weekends(from + 6 * HOUR, from + 7 * 24 * HOUR, 'utc')
    expect(found.map((weekend) => [(weekend.from - from) / HOUR, (weekend.to - from) / HOUR])).toEqual([
      [6, 24],
      [144, 168],
    ])
  })
})

describe('layout', () => {
  test('lanes never overlap, whatever the width', () => {
    for (const labels of ['margin', 'above', 'inside'] as const) {
      const layout = chartLayout({ width: 800, labels }, LANES, { bracketRows: 2, gapRow: true, builds: true })
      const bottoms = layout.lanes.map((box) => box.top + box.height)
      layout.lanes.slice(1).forEach((box, index) => {
        expect(box.top).toBeGreaterThan(bottoms[index] ?? 0)
      })
      expect(layout.height).toBeGreaterThan(bottoms.at(-1) ?? 0)
      expect(layout.plotWidth).toBeGreaterThan(500)
    }
  })

  test('brackets whose words would meet stand in different rows, the rest share the lowest', () => {
    const spans = [
      { from: 0, to: 100, label: 'first' },
      { from: 20, to: 60, label: 'second' },
      { from: 300, to: 400, label: 'third' },
    ]
    const placed = placeSpans(
      spans,
      (time) => time,
      500,
      () => 80,
      3,
    )
    expect(placed.map((place) => place.row)).toEqual([0, 1, 0])
    expect(rowsOf(placed)).toBe(2)
  })

  test('words never leave the plot, and give way where there is no row for them', () => {
    const spans = Array.from({ length: 4 }, (_, index) => ({ from: 460 + index, to: 490, label: `no ${index}` }))
    const placed = placeSpans(
      spans,
      (time) => time,
      500,
      () => 80,
      2,
    )
    expect(placed.map((place) => place.labelLeft)).toEqual([420, 420, 462, 463])
    expect(placed.map((place) => place.span.label)).toEqual(['no 0', 'no 1', '', ''])
  })

  test('words that must begin where their span does are cut rather than moved', () => {
    const place = (from: number) =>
      placeSpans(
        [{ from, to: from, label: 'x'.repeat(30) }],
        (time) => time,
        300,
        (label) => label.length * 6,
        2,
        'cut',
      )[0]
    expect(place(100)).toMatchObject({ labelLeft: 100, span: { label: 'x'.repeat(30) } })
    expect(place(200)).toMatchObject({ labelLeft: 200, span: { label: `${'x'.repeat(15)}…` } })
    expect(place(290)).toMatchObject({ labelLeft: 228, span: { label: `${'x'.repeat(11)}…` } })
  })

  test('words that are wider than the plot are cut to it', () => {
    const placed = placeSpans(
      [{ from: 250, to: 250, label: 'x'.repeat(200) }],
      (time) => time,
      300,
      (label) => label.length * 6,
      2,
    )
    expect(placed[0]).toMatchObject({ labelLeft: 0, span: { label: `${'x'.repeat(49)}…` } })
  })
})

function rounded(ring: Ring): readonly (readonly Value[])[] {
  return ring.map(([px, py]) => [Math.round(px * 100) / 100, Math.round(py * 100) / 100])
}
