import type { LineSeriesOption } from 'echarts/charts'
import type { HourValue, PictureSpec } from './picture-spec.ts'
import { COLOUR } from './picture-style.ts'

const CHANNEL_COLOUR: Readonly<Record<string, string>> = {
  release: '#16313F',
  beta: '#1F6FB5',
  aurora: '#2E9E78',
  nightly: '#9E3A78',
}

const OTHER_CHANNEL_COLOUR = '#7F8D95'

export function ghost(spec: PictureSpec): LineSeriesOption[] {
  return spec.lastWeek === null ? [] : [line(spec.lastWeek, { color: COLOUR.ghost, width: 1 })]
}

export function expectedLine({ expected }: PictureSpec): LineSeriesOption[] {
  return expected === null ? [] : [line(expected.values, { color: COLOUR.shore, width: 1.25 })]
}

export function seen(spec: PictureSpec, isDense: boolean): LineSeriesOption[] {
  const width = isDense ? 1 : 2
  // The first line lies on top.
  return spec.lines.map((each) => line(each.values, { color: lineColour(spec, each.channel), width })).reverse()
}

export function lineColour(spec: PictureSpec, channel: string): string {
  if (spec.lines.length === 1) return COLOUR.ink
  return Object.hasOwn(CHANNEL_COLOUR, channel)
    ? (CHANNEL_COLOUR[channel] ?? OTHER_CHANNEL_COLOUR)
    : OTHER_CHANNEL_COLOUR
}

export function line(values: readonly HourValue[], lineStyle: LineSeriesOption['lineStyle']): LineSeriesOption {
  return {
    type: 'line',
    data: values.map((value, hour) => [hour + 0.5, value ?? '-']),
    symbol: 'none',
    lineStyle: { cap: 'butt', join: 'miter', ...lineStyle },
    silent: true,
  }
}
