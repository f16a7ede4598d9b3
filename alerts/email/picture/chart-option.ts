import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { GridComponentOption } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import { DAY_MS, HOUR_MS, startOfDay } from '../../../data/domain/time.ts'
import { formatCount, formatDay, formatPercent } from '../../sentence/format.ts'
import { endLabels, ghostLabel } from './end-labels.ts'
import { drawable, marks } from './marks.ts'
import { hourIndex } from './picture-hours.ts'
import { PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'
import { COLOUR, PICTURE_FONT, PLOT } from './picture-style.ts'
import { expectedLine, ghost, seen } from './seen-lines.ts'
import { shortfall } from './shortfall.ts'
import { gapHatches, gapLabels, title, trouble } from './trouble-marks.ts'
import { expectedRange, water } from './water-marks.ts'

export type PictureOption = ComposeOption<LineSeriesOption | CustomSeriesOption | GridComponentOption>

/** The whole picture as an ECharts option: what is expected is water, what was seen a line, what is missing red ground. */
export function pictureOption(spec: PictureSpec): PictureOption {
  const scale = verticalScale(spec)
  const isDense = PICTURE_WIDTH / spec.hours < 3
  return {
    animation: false,
    backgroundColor: COLOUR.paper,
    textStyle: { fontFamily: PICTURE_FONT, fontSize: 13, color: COLOUR.ink2 },
    grid: {
      left: PLOT.left,
      top: PLOT.top,
      bottom: PLOT.bottom,
      right: spec.lines.length > 1 ? PLOT.rightForLabels : PLOT.rightForAxis,
      outerBoundsMode: 'none',
    },
    xAxis: dayAxis(spec),
    yAxis: {
      type: 'value',
      position: spec.lines.length > 1 ? 'left' : 'right',
      min: 0,
      max: scale.max,
      interval: scale.step,
      axisLabel: {
        formatter: (value: number) => (value === 0 ? '' : axisNumber(value, spec.unit)),
        showMaxLabel: false,
        color: COLOUR.ink3,
        fontSize: 13,
        margin: 8,
        ...(spec.lines.length > 1 ? { inside: true, verticalAlign: 'bottom', margin: 0 } : {}),
      },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { showMaxLine: false, lineStyle: { color: COLOUR.rule, width: 1 } },
    },
    series: layered([
      ...ghost(spec),
      ...water(spec, isDense),
      marks([...shortfall(spec), ...gapHatches(spec)]),
      ...expectedLine(spec),
      ...seen(spec, isDense),
      marks([
        ...expectedRange(spec),
        ...title(spec),
        ...trouble(spec),
        ...gapLabels(spec),
        ...ghostLabel(spec),
        ...endLabels(spec, scale.max),
      ]),
    ]),
  }
}

/** Each series above the one before it, whatever layer its type would have. */
function layered(
  series: readonly (LineSeriesOption | CustomSeriesOption)[],
): (LineSeriesOption | CustomSeriesOption)[] {
  return series.map((each, index) => ({ ...each, z: index + 1 }))
}

/** Each day's first hour is a tick with the day beside it; where days are narrow, only every second or later. */
function dayAxis(spec: PictureSpec): PictureOption['xAxis'] {
  const firstMidnight = startOfDay(spec.start + DAY_MS - 1)
  const days: number[] = []
  for (let time = firstMidnight; time < spec.start + spec.hours * HOUR_MS; time += DAY_MS)
    days.push(hourIndex(spec, time))
  const dayWidth = (24 * (PICTURE_WIDTH - PLOT.rightForAxis)) / spec.hours
  const every = Math.max(1, Math.ceil(62 / dayWidth))
  const labelled = days.filter((_, index) => index % every === 0)
  return {
    type: 'value',
    min: 0,
    max: spec.hours,
    axisLine: { lineStyle: { color: COLOUR.ink, width: 1 } },
    axisTick: { show: true, customValues: days, length: 18, lineStyle: { color: COLOUR.rule2 } },
    axisLabel: {
      customValues: labelled.filter((hour) => hour < spec.hours - 50 / (dayWidth / 24)),
      formatter: (hour: number) => formatDay(spec.start + Math.round(hour) * HOUR_MS),
      align: 'left',
      margin: 10,
      padding: [0, 0, 0, 5],
      color: COLOUR.ink2,
      fontSize: 13,
    },
    splitLine: { show: false },
  }
}

function verticalScale(spec: PictureSpec): { readonly max: number; readonly step: number } {
  const { expected } = spec
  const all = [
    ...spec.lines.map((line) => line.values),
    spec.water?.high ?? [],
    spec.lastWeek ?? [],
    expected?.values ?? [],
    [expected?.range?.high ?? null],
  ].flat()
  const highest = all.reduce((most: number, value) => Math.max(most, value ?? 0), 0)
  // A rate of some thousandths must not look like a crisis.
  const top = Math.max(highest * 1.06, spec.unit === 'ratio' ? 0.05 : 4)
  const magnitude = 10 ** Math.floor(Math.log10(top / 3))
  const step = [1, 2, 5, 10].map((factor) => factor * magnitude).find((candidate) => top / candidate <= 4.5)
  return { max: top, step: step ?? magnitude * 10 }
}

function axisNumber(value: number, unit: PictureSpec['unit']): string {
  if (unit === 'ratio') return drawable(formatPercent(value, value < 0.01 ? 1 : 0))
  return value >= 1000 && value % 1000 === 0 ? `${value / 1000}\u2008k` : drawable(formatCount(value))
}
