import type { Picture, PictureShape, PictureText } from './picture.ts'

/** The picture as an SVG document; `chartSvg` is ECharts' own, which becomes a part of it. */
export function svgPicture(picture: Picture, chartSvg: string): string {
  const { width, height, paper, chart } = picture
  const inner = chartSvg.replace(/^<svg /, `<svg x="${chart.x}" y="${chart.y}" `)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="${escaped(paper)}"/>`,
    inner,
    ...picture.shapes.map(shapeElement),
    ...picture.texts.map(textElement),
    '</svg>',
  ].join('\n')
}

function shapeElement({ path, x, y, stroke, widthPx = 1, fill }: PictureShape): string {
  const line = stroke === undefined ? '' : ` stroke="${escaped(stroke)}" stroke-width="${widthPx}"`
  return `<path transform="translate(${round(x)} ${round(y)})" d="${path}" fill="${escaped(fill ?? 'none')}"${line}/>`
}

function textElement({ x, y, text, sizePx, weight, family, colour, align, widthPx }: PictureText): string {
  const font = `font-family="${escaped(family)}" font-size="${sizePx}" font-weight="${weight}"`
  const anchor = align === 'end' ? ' text-anchor="end"' : ''
  const width = widthPx === undefined ? '' : ` textLength="${round(widthPx)}" lengthAdjust="spacingAndGlyphs"`
  // Figures as wide as each other, as on the page; programs that know no such style ignore it.
  const style = ' style="font-variant-numeric:tabular-nums lining-nums;white-space:pre"'
  return `<text x="${round(x)}" y="${round(y)}" fill="${escaped(colour)}" ${font}${anchor}${width}${style}>${escaped(text)}</text>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** Names come from outside: in a document they are text, whatever they contain. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
