/** A chart as a picture of its own: what ECharts draws, and around it all that the page lays over it as text. Pixels of CSS. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly paper: string
  /** Where ECharts' drawing stands. */
  readonly chart: { readonly x: number; readonly y: number }
  readonly texts: readonly PictureText[]
  readonly shapes: readonly PictureShape[]
}

export interface PictureText {
  readonly x: number
  /** Of the baseline. */
  readonly y: number
  readonly text: string
  readonly sizePx: number
  readonly weight: 400 | 500
  readonly family: string
  readonly colour: string
  readonly align: 'start' | 'end'
  /** As wide as it was set on the page: where the fonts are others, it is drawn as wide. Left out: it has room. */
  readonly widthPx?: number
}

export interface PictureShape {
  /** As in SVG. */
  readonly path: string
  readonly x: number
  readonly y: number
  readonly stroke?: string
  readonly widthPx?: number
  readonly fill?: string
}

export interface PictureHead {
  readonly title: string
  /** Range and zone. */
  readonly subtitle: string
  /** Whose it is and of when. */
  readonly origin: string
  readonly ink: string
  readonly second: string
  readonly family: string
  readonly condensed: string
}

const MARGIN = 24
const HEAD_PX = 60
const FOOT_PX = 16

/** The load line: a ring and the water at it, in a box of 25 by 20. */
const MARK = 'M12.5 2.8a7.2 7.2 0 1 0 0 14.4a7.2 7.2 0 1 0 0-14.4M0 10H25'

/** Sets `words` of a chart of that size under a head that says what it is, so that the picture needs no page around it. */
export function compose(
  chart: { readonly width: number; readonly height: number },
  words: Pick<Picture, 'texts' | 'shapes'>,
  head: PictureHead,
  paper: string,
): Picture {
  const at = { x: MARGIN, y: HEAD_PX }
  const width = chart.width + 2 * MARGIN
  const text = (x: number, y: number, content: string, look: Partial<PictureText>): PictureText => ({
    x,
    y,
    text: content,
    sizePx: 13,
    weight: 400,
    family: head.condensed,
    colour: head.second,
    align: 'start',
    ...look,
  })
  return {
    width,
    height: HEAD_PX + chart.height + FOOT_PX,
    paper,
    chart: at,
    texts: [
      text(MARGIN, 28, head.title, { sizePx: 19, weight: 500, family: head.family, colour: head.ink }),
      text(MARGIN, 47, head.subtitle, {}),
      text(width - MARGIN, 27, 'Tidewatch', {
        weight: 500,
        sizePx: 15,
        family: head.family,
        colour: head.ink,
        align: 'end',
      }),
      text(width - MARGIN, 47, head.origin, { align: 'end' }),
      ...words.texts.map((one) => ({ ...one, x: one.x + at.x, y: one.y + at.y })),
    ],
    shapes: [
      { path: MARK, x: width - MARGIN - 105, y: 12, stroke: head.ink, widthPx: 1.7 },
      ...words.shapes.map((one) => ({ ...one, x: one.x + at.x, y: one.y + at.y })),
    ],
  }
}
