import { use as useInCharts } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import type { ChartOption } from '../chart-option.ts'
import { init } from '../echarts.ts'
import type { Layout } from '../layout.ts'
import { compose, type Picture, type PictureHead } from './picture.ts'
import { PIXEL_RATIO, pngPicture } from './png-picture.ts'
import { svgPicture } from './svg-picture.ts'
import { wordsOfPage } from './words-of-page.ts'

useInCharts([SVGRenderer])

/** A chart as it stands on the page now. */
export interface PictureSource {
  readonly box: HTMLElement
  readonly option: ChartOption
  readonly layout: Layout
  readonly paper: string
}

export async function makePng(source: PictureSource, head: PictureHead): Promise<Blob> {
  const { width, height } = source.layout
  const box = document.createElement('canvas')
  box.width = width
  box.height = height
  const chart = init(box, null, { renderer: 'canvas', width, height, devicePixelRatio: PIXEL_RATIO })
  try {
    chart.setOption(source.option)
    return await pngPicture(composed(source, head), chart.renderToCanvas({ pixelRatio: PIXEL_RATIO }))
  } finally {
    chart.dispose()
  }
}

export function makeSvg(source: PictureSource, head: PictureHead): Blob {
  const { width, height } = source.layout
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(source.option)
    return new Blob([svgPicture(composed(source, head), chart.renderToSVGString())], { type: 'image/svg+xml' })
  } finally {
    chart.dispose()
  }
}

function composed({ box, layout, paper }: PictureSource, head: PictureHead): Picture {
  return compose(layout, wordsOfPage(box), head, paper)
}
