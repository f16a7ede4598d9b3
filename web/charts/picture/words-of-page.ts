import type { Picture, PictureShape, PictureText } from './picture.ts'

/** What stands over the canvas but is no part of the picture: where somebody points, what only screen readers read. */
const LEFT_OUT = '.canvas, .scrub, .cursor, .ring, .selection, .visually-hidden'

/**
 * The words and marks that the page lays over a chart, where they stand in its box. Read from the page rather than made
 * once more: what is exported is what was seen.
 */
export function wordsOfPage(box: HTMLElement): Pick<Picture, 'texts' | 'shapes'> {
  const origin = box.getBoundingClientRect()
  return { texts: textsOf(box, origin), shapes: shapesOf(box, origin) }
}

function textsOf(box: HTMLElement, origin: DOMRect): readonly PictureText[] {
  const texts: PictureText[] = []
  const context = document.createElement('canvas').getContext('2d')
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const parent = node.parentElement
    const text = node.textContent ?? ''
    if (parent === null || text.trim() === '' || parent.closest(LEFT_OUT) !== null) continue
    const range = document.createRange()
    range.setStart(node, text.length - text.trimStart().length)
    range.setEnd(node, text.trimEnd().length)
    const [rect, ...others] = range.getClientRects()
    if (rect === undefined) continue
    const { fontSize, fontWeight, fontFamily, color } = getComputedStyle(parent)
    const weight = Number(fontWeight) >= 500 ? 500 : 400
    if (context !== null) context.font = `${weight} ${fontSize} ${fontFamily}`
    const metrics = context?.measureText('x')
    const ascent = metrics?.fontBoundingBoxAscent ?? 4
    const descent = metrics?.fontBoundingBoxDescent ?? 1
    texts.push({
      x: rect.left - origin.left,
      y: rect.top - origin.top + rect.height * (ascent / (ascent + descent)),
      // The page folds blanks at a line's beginning; a picture would draw them.
      text: text.replace(/\s+/g, (blank) => (blank.includes('\n') ? ' ' : blank)).trim(),
      sizePx: Number.parseFloat(fontSize),
      weight,
      family: fontFamily,
      colour: color,
      align: 'start',
      ...(others.length === 0 ? { widthPx: rect.width } : {}),
    })
  }
  return texts
}

function shapesOf(box: HTMLElement, origin: DOMRect): readonly PictureShape[] {
  const placed = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return { x: left - origin.left, y: top - origin.top, width, height }
  }
  const brackets = [...box.querySelectorAll('.bracket')].map((bracket): PictureShape => {
    const { x, y, width, height } = placed(bracket)
    const path = `M0.5 ${height}V0.5H${Math.max(0.5, width - 0.5)}V${height}`
    return { path, x, y, stroke: getComputedStyle(bracket).borderTopColor }
  })
  const bodies = [...box.querySelectorAll('.flag-span, .part-swatch')].map((body): PictureShape => {
    const { x, y, width, height } = placed(body)
    return { path: `M0 0H${width}V${height}H0Z`, x, y, fill: getComputedStyle(body).backgroundColor }
  })
  const flags = [...box.querySelectorAll('.flag svg')].map((drawing): PictureShape => {
    const { x, y } = placed(drawing)
    const { stroke, fill } = getComputedStyle(drawing)
    return { path: drawing.querySelector('path')?.getAttribute('d') ?? '', x, y, stroke, fill }
  })
  const hatches = [...box.querySelectorAll('.held-back-hatch')].map((hatch): PictureShape => {
    const { x, y, width, height } = placed(hatch)
    const strokes = Array.from({ length: Math.ceil(width / 4) }, (_, index) => `M${index * 4} ${height}l3-${height}`)
    return { path: strokes.join(''), x, y, stroke: getComputedStyle(hatch).color }
  })
  const rings = [...box.querySelectorAll('.late-mark')].map((mark): PictureShape => {
    const { x, y } = placed(mark)
    const { borderTopColor: stroke, backgroundColor: fill } = getComputedStyle(mark)
    return { path: 'M3.5 0.5a3 3 0 1 0 0 6a3 3 0 1 0 0-6', x, y, stroke, fill }
  })
  return [...brackets, ...bodies, ...flags, ...hatches, ...rings]
}
