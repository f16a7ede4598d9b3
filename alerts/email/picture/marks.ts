import type { CustomSeriesOption } from 'echarts/charts'
import { THOUSANDS_SPACE } from '../../sentence/format.ts'
import { PICTURE_WIDTH } from './picture-spec.ts'
import { COLOUR, LETTER_WIDTH, PICTURE_FONT, PLOT } from './picture-style.ts'

/** Where data stands on the picture. */
export type Place = (hour: number, value: number) => readonly [x: number, y: number]

interface Frame {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export type Mark = (place: Place, frame: Frame) => GraphicElement

export type GraphicElement = Exclude<ReturnType<NonNullable<CustomSeriesOption['renderItem']>>, null | undefined>

/** Shapes and words that follow the data's coordinates, drawn by one series. */
export function marks(all: readonly Mark[]): CustomSeriesOption {
  return {
    type: 'custom',
    data: all.map(() => [0, 0]),
    silent: true,
    clip: false,
    renderItem: (params, api) => {
      const mark = all[params.dataIndex]
      const [left, top] = pair(api.coord([0, 0]))
      const right = (api.getWidth() ?? PICTURE_WIDTH) - 1
      const frame = { left, bottom: top, top: PLOT.top, right }
      return mark === undefined ? null : mark((hour, value) => pair(api.coord([hour, value])), frame)
    },
  }
}

function pair(coordinates: readonly number[]): readonly [number, number] {
  const [x = 0, y = 0] = coordinates
  return [x, y]
}

export function upright(x: number, y1: number, y2: number, stroke: string): GraphicElement {
  return { type: 'line', shape: { x1: x, y1, x2: x, y2 }, style: { stroke, lineWidth: 1 } }
}

/** Words with a white edge, so that lines behind them don't cross them out. `y` is their middle. */
export function label(
  text: string,
  x: number,
  y: number,
  fill: string,
  fontWeight: 400 | 500 = 400,
  align: 'left' | 'right' = 'left',
): GraphicElement {
  return {
    type: 'text',
    style: {
      text: drawable(text),
      x,
      y,
      fill,
      align,
      verticalAlign: 'middle',
      fontFamily: PICTURE_FONT,
      fontSize: 13,
      fontWeight,
      stroke: COLOUR.paper,
      lineWidth: 3,
    },
  }
}

/** Moved left where it would leave the picture. */
export function fitted(x: number, text: string, right: number): number {
  return Math.max(0, Math.min(x, right - text.length * LETTER_WIDTH))
}

/** Fira has no narrow no-break space. */
export function drawable(text: string): string {
  return text.replaceAll(THOUSANDS_SPACE, '\u2008')
}
