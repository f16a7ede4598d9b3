import type { Picture } from './picture.ts'

/** Sharp on any screen, and in print. */
export const PIXEL_RATIO = 2

/** The picture as PNG; `chart` is what ECharts drew, at PIXEL_RATIO. */
export async function pngPicture(picture: Picture, chart: HTMLCanvasElement): Promise<Blob> {
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * PIXEL_RATIO)
  canvas.height = Math.round(picture.height * PIXEL_RATIO)
  const context = canvas.getContext('2d')
  if (context === null) throw new Error('the browser gives no canvas to draw on')
  context.scale(PIXEL_RATIO, PIXEL_RATIO)
  context.fillStyle = picture.paper
  context.fillRect(0, 0, picture.width, picture.height)
  context.drawImage(chart, picture.chart.x, picture.chart.y, chart.width / PIXEL_RATIO, chart.height / PIXEL_RATIO)
  for (const { path, x, y, stroke, widthPx = 1, fill } of picture.shapes) {
    context.save()
    context.translate(x, y)
    const shape = new Path2D(path)
    if (fill !== undefined) {
      context.fillStyle = fill
      context.fill(shape)
    }
    if (stroke !== undefined) {
      context.strokeStyle = stroke
      context.lineWidth = widthPx
      context.stroke(shape)
    }
    context.restore()
  }
  for (const { x, y, text, sizePx, weight, family, colour, align } of picture.texts) {
    context.font = `${weight} ${sizePx}px ${family}`
    context.fillStyle = colour
    context.textAlign = align
    context.fillText(text, x, y)
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('the browser made no PNG')) : resolve(blob)), 'image/png')
  })
}
