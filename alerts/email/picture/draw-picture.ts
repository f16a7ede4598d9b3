import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'
import { CustomChart, LineChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { pictureOption } from './chart-option.ts'
import { indexedPng } from './indexed-png.ts'
import { PICTURE_HEIGHT, PICTURE_WIDTH, type PictureSpec } from './picture-spec.ts'
import { PICTURE_FONT } from './picture-style.ts'

use([LineChart, CustomChart, GridComponent, SVGRenderer])

/**
 * The TTF files of the picture's letters. The renderer reads no WOFF, and where it finds no font it draws no letter at
 * all, without a word; so fonts come with us and the machine's own are never asked.
 */
function pictureFontFiles(): string[] {
  const require = createRequire(import.meta.url)
  return [
    require.resolve('@expo-google-fonts/fira-sans-condensed/400Regular/FiraSansCondensed_400Regular.ttf'),
    require.resolve('@expo-google-fonts/fira-sans-condensed/500Medium/FiraSansCondensed_500Medium.ttf'),
  ]
}

/** The picture as PNG, `PICTURE_WIDTH` × `PICTURE_HEIGHT` at twice the resolution. Takes about a tenth of a second. */
export function drawPicture(spec: PictureSpec, fontFiles: readonly string[] = pictureFontFiles()): Uint8Array {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: PICTURE_WIDTH, height: PICTURE_HEIGHT })
  try {
    chart.setOption(pictureOption(spec))
    const picture = new Resvg(chart.renderToSVGString(), {
      fitTo: { mode: 'zoom', value: 2 },
      font: { loadSystemFonts: false, fontFiles: [...fontFiles], defaultFontFamily: PICTURE_FONT },
    })
    const image = picture.render()
    return indexedPng(image.pixels, image.width, image.height)
  } finally {
    chart.dispose()
  }
}
