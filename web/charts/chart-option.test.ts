import { CustomChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { describe, expect, test } from 'vitest'
import type { IncidentAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { type ChartData, type ChartInput, chartData } from './chart-data.ts'
import { type ChartOption, chartOption, chartScales } from './chart-option.ts'
import { chartLayout, LANES } from './layout.ts'
import { fromPixel, type Scale, toPixel } from './scale.ts'
import type { ChartTheme } from './theme.ts'

const HOUR = 3_600_000
const start = Date.UTC(2014, 0, 14)
const at = (hour: number): string => new Date(start + hour * HOUR).toISOString()

/** 48 h of 100 an hour within 90 – 110, the second day at `level`; the running hour is the 49th. */
function input(level: number, changes: Partial<ChartInput> = {}): ChartInput {
  const hours = Array.from({ length: 24 + 48 + 12 }, (_, index) => index - 24)
  const seen = hours.map((hour) => (hour > 48 ? null : hour === 48 ? 31 : hour < 24 ? 100 : 100 * level))
  const answer = (values: readonly (number | null)[]): SeriesAnswer => ({
    from: at(-24),
    to: at(60),
    metric: 'received',
    step: 'hour',
    times: hours.map(at),
    series: [{ key: { channel: 'nightly' }, values }],
    coverage: hours.map(() => 1),
    completeness: hours.map((hour) => (hour > 48 ? 'unknown' : hour === 48 ? 'partial' : 'complete')),
  })
  const column = (value: number): number[] => hours.map(() => value)
  return {
    from: start,
    to: start + 60 * HOUR,
    step: 'hour',
    received: { ...answer(seen), expected: { low: column(90), mid: column(100), high: column(110) } },
    invalid: answer(hours.map((hour) => (hour > 48 ? null : 0.02))),
    ghost: null,
    facts: { incidents: [], gaps: [], builds: [] },
    channel: 'nightly',
    countedUpTo: start + 48.5 * HOUR,
    ...changes,
  }
}

const theme: ChartTheme = {
  paper: '#fff',
  weekend: '#eee',
  ink: '#111',
  ink3: '#777',
  rule: '#ddd',
  accent: '#00f',
  wrong: '#f00',
  waterFill: '#abc',
  waterForecast: '#abd',
  shore: '#0aa',
  shortfall: '#fcc',
  ghost: '#888',
  hatch: '#999',
  parts: ['#001', '#002', '#003'],
  rest: '#009',
  font: 'sans-serif',
}
const layout = chartLayout({ width: 1200, labels: 'margin' }, LANES, { bracketRows: 1, gapRow: true, builds: true })
const look = { log: false, zone: 'utc' } as const

function option(data: ChartData): ChartOption {
  return chartOption(data, layout, theme, look)
}

function series(made: ChartOption, id: string): { data: readonly unknown[] } {
  const found = [made.series ?? []].flat().find((candidate) => candidate?.id === id)
  if (found === undefined || !Array.isArray(found.data)) throw new Error(`no series "${id}"`)
  return { data: found.data }
}

echarts.use([CustomChart, GridComponent, SVGRenderer])

/** Lines of the submissions' lane as ECharts draws them, by colour: [hours since the start, value] of each piece. */
function lines(data: ChartData, color: string, dash: string | null = null): (readonly [number, number])[][] {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: layout.width, height: layout.height })
  chart.setOption(option(data))
  const drawn = chart.renderToSVGString().match(/<polyline [^>]*>/g) ?? []
  chart.dispose()
  const { time, lanes } = chartScales(data, layout, look)
  const value: Scale | undefined = lanes.get('submissions')?.scale
  if (value === undefined) throw new Error('no lane of submissions')
  const attribute = (line: string, name: string) => new RegExp(` ${name}="([^"]*)"`).exec(line)?.[1]
  return drawn
    .filter(
      (line) => attribute(line, 'stroke') === color && attribute(line, 'stroke-dasharray') === (dash ?? undefined),
    )
    .map((line) =>
      [...(attribute(line, 'points') ?? '').matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => {
        const hours = (fromPixel(time, Number(x)) - start) / HOUR
        return [Number(hours.toFixed(1)), Math.round(fromPixel(value, Number(y)))] as const
      }),
    )
    .filter((piece) => piece.every(([, y]) => y >= 0 && y <= value.domain[1]))
}

describe('chart data', () => {
  test('shows what was asked for, without the lead, at the middle of each hour', () => {
    const data = chartData(input(1))
    expect(data.x).toHaveLength(60)
    expect(data.x[0]).toBe(start + HOUR / 2)
    expect(data.seen.filter((value) => value !== null)).toHaveLength(48)
  })

  test('the running hour stands apart and is never one of the whole ones', () => {
    const data = chartData(input(1))
    expect(data.running).toEqual({ index: 48, value: 31, ageMs: HOUR / 2, pace: 62 })
    expect(data.seen[48]).toBeNull()
    expect(data.complete).toBe(48)
  })

  test('the mean of 24 h needs no hours of the shown range: it comes in with the lead', () => {
    const data = chartData(input(0.5))
    expect(data.ofExpected[0]).toBeCloseTo(1)
    expect(data.ofExpected[47]).toBeCloseTo(0.5)
  })

  test('days are sums of hours, shores likewise, and the running day is apart', () => {
    const data = chartData(input(0.5, { step: 'day', to: start + 72 * HOUR }))
    expect(data.seen).toEqual([2400, 1200, null])
    expect(data.low.slice(0, 2)).toEqual([2160, 2160])
    expect(data.ofExpected.slice(0, 2)).toEqual([1, 0.5])
    expect(data.running?.value).toBe(31)
    // The third day is asked for only in part: its water would end in a fall.
    expect(data.high[2]).toBeNull()
    expect(data.ofExpected[2]).toBeNull()
  })

  test('hours nobody counted are neither seen nor expected of their day', () => {
    const whole = input(1, { step: 'day' })
    const holed = whole.received.series.map((one) => ({
      ...one,
      values: one.values.map((value, index) => (index >= 30 && index < 36 ? null : value)),
    }))
    const data = chartData({ ...whole, received: { ...whole.received, series: holed } })
    expect(data.seen[0]).toBe(1800)
    expect(data.mid[0]).toBe(1800)
  })

  test('last week stands at this week’s hours', () => {
    const weekBefore = (time: string): string => new Date(Date.parse(time) - 168 * HOUR).toISOString()
    const now = input(1)
    const { from, to, times } = now.received
    const series = [{ key: {}, values: times.map(() => 77) }]
    const ghost = { ...now.received, from: weekBefore(from), to: weekBefore(to), series }
    expect(chartData({ ...now, ghost }).ghost?.[0]).toBe(77)
    expect(chartData(now).ghost).toBeNull()
  })
})

describe('chart option', () => {
  test('a quiet day has water and no dry ground', () => {
    const made = option(chartData(input(1)))
    expect(series(made, 'submissions water').data).toHaveLength(1)
    expect(series(made, 'submissions shortfall').data).toHaveLength(0)
  })

  test('what is missing is dry ground; what is too much is marked as well', () => {
    expect(series(option(chartData(input(0.5))), 'submissions shortfall').data).toHaveLength(1)
    expect(series(option(chartData(input(2))), 'submissions surplus').data).toHaveLength(1)
  })

  test('water ahead of now is forecast, with dotted shores', () => {
    const data = chartData(input(1))
    const low = lines(data, theme.shore).find((piece) => piece[0]?.[1] === 90)
    expect([low?.[0], low?.at(-1)]).toEqual([
      [0.5, 90],
      [47.5, 90],
    ])
    const ahead = lines(data, theme.shore, '2,2').find((piece) => piece[0]?.[1] === 90)
    expect([ahead?.[0], ahead?.at(-1)]).toEqual([
      [47.5, 90],
      [59.5, 90],
    ])
  })

  test('the running hour is a tail from the last whole one to now, at its pace', () => {
    const data = chartData(input(1))
    expect(lines(data, theme.ink, '2,3')).toEqual([
      [
        [47.5, 100],
        [48.5, 62],
      ],
    ])
  })

  test('before a quarter of the hour there is no pace: a dot says what came so far', () => {
    const early = chartData(input(1, { countedUpTo: start + 48.2 * HOUR }))
    expect(early.running?.pace).toBeNull()
    expect(series(option(early), 'submissions running').data).toEqual([])
    expect(series(option(early), 'submissions so far').data).toHaveLength(1)
    expect(series(option(chartData(input(1))), 'submissions so far').data).toEqual([])
  })

  test('a pace raises no scale', () => {
    const data = chartData(input(1))
    const highest = (running: ChartData['running']) =>
      chartScales({ ...data, running }, layout, look).lanes.get('submissions')?.scale.domain[1]
    expect(highest({ index: 48, value: 90, ageMs: HOUR / 3, pace: 270 })).toBe(highest(null))
  })

  test('the very first hour is a dot at what came: a first submission is seen at once, and no scale beyond it', () => {
    const made = input(1)
    const only = made.received.series.map((one) => ({
      ...one,
      values: one.values.map((_, index) => (index === 72 ? 1 : null)),
    }))
    const received = { ...made.received, series: only, expected: undefined }
    for (const hours of [0.1, 0.5]) {
      const data = chartData({ ...made, received, countedUpTo: start + (48 + hours) * HOUR })
      expect(series(option(data), 'submissions running').data).toEqual([])
      expect(series(option(data), 'submissions so far').data).toHaveLength(1)
      expect(chartScales(data, layout, look).lanes.get('submissions')?.scale.domain).toEqual([0, 4])
    }
  })

  test('far off, where an hour is a pixel, neither tail nor weekend nor now is drawn', () => {
    const made = option(chartData(input(1, { to: start + 60 * 24 * HOUR })))
    const ids = [made.series ?? []].flat().map((one) => one?.id)
    expect(ids.filter((id) => /running|weekend|now|starts/.test(String(id)))).toEqual([])
  })

  test('an unknown hour breaks the line instead of drawing a zero', () => {
    const whole = input(1)
    const holed = whole.received.series.map((one) => ({
      ...one,
      values: one.values.map((value, index) => (index === 34 ? null : value)),
    }))
    const data = chartData({
      ...whole,
      received: { ...whole.received, series: holed },
      facts: { incidents: [], gaps: [{ from: at(10), to: at(11), reason: 'no receiver was running' }], builds: [] },
    })
    const made = option(data)
    const [before, after] = lines(data, theme.ink).filter((piece) => piece[0]?.[1] === 100)
    expect([before?.at(-1), after?.[0]]).toEqual([
      [9.5, 100],
      [11.5, 100],
    ])
    for (const lane of LANES) expect(series(made, `${lane} gaps`).data).toHaveLength(1)
  })

  test('the residual is filled only while something is wrong', () => {
    const incident = { ...quietIncident, start: at(24) }
    expect(series(option(chartData(input(0.9))), 'ofExpected shortfall').data).toHaveLength(0)
    const facts = { incidents: [incident], gaps: [], builds: [] }
    expect(series(option(chartData(input(0.9, { facts }))), 'ofExpected shortfall').data).toHaveLength(1)
  })

  test('the invalid rate’s axis never spans less than 5 %', () => {
    const scales = chartScales(chartData(input(1)), layout, look)
    expect(scales.lanes.get('invalid')?.scale.domain).toEqual([0, 0.05])
  })

  test('volumes start at 0, or at a power of ten where logarithmic', () => {
    const data = chartData(input(1))
    expect(chartScales(data, layout, look).lanes.get('submissions')?.scale.domain[0]).toBe(0)
    const log = chartScales(data, layout, { ...look, log: true }).lanes.get('submissions')
    expect(log?.scale).toMatchObject({ kind: 'log', domain: [10, 1000] })
  })

  test('ECharts draws it, and puts a value where the scales say', () => {
    const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: layout.width, height: layout.height })
    const data = chartData(input(0.5))
    chart.setOption(option(data))
    const [x, y] = chart.convertToPixel({ gridIndex: 0 }, [data.x[30] ?? 0, 50])
    const scales = chartScales(data, layout, look)
    const lane = scales.lanes.get('submissions')
    expect(x).toBeCloseTo(toPixel(scales.time, data.x[30] ?? 0))
    expect(lane && toPixel(lane.scale, 50)).toBeCloseTo(y ?? Number.NaN)
    expect(chart.renderToSVGString()).toContain(theme.shortfall)
    chart.dispose()
  })
})

const quietIncident: IncidentAnswer = {
  id: 13,
  kind: 'drop',
  group: 'volume',
  channel: 'nightly',
  channels: ['nightly'],
  series: {},
  state: 'open',
  start: at(24),
  end: null,
  detected_at: at(27),
  resolved_at: null,
  missing: 240,
  peak_missing: 10,
  latest: { hour: at(47), seen: 90, low: 90, mid: 100, high: 110, deficit: 0.1, invalid_rate: 0 },
  confidence: 0.9,
  explanation: { sentence: '', carriers: [] },
  acknowledged: null,
  sentence: '',
}
