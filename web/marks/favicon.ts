/** What the tab's icon tells while nobody looks at the page. */
export type FaviconState = 'well' | 'wrong' | 'unsure'

const SIZE = 32
// Tabs are light or dark whatever the page is: an ink that holds on both.
const INK = '#5f7884'
const WRONG = '#d64427'

/** The load line as an icon: mid-ring when well, sunken in a filled ring when something is open, dotted when unsure. */
function draw(context: CanvasRenderingContext2D, state: FaviconState): void {
  const isWrong = state === 'wrong'
  context.lineWidth = 3
  context.strokeStyle = isWrong ? WRONG : INK
  context.fillStyle = WRONG
  if (isWrong) context.fill(new Path2D('M5.8 20h20.4A11 11 0 0 1 5.8 20z'))
  context.stroke(new Path2D(isWrong ? 'M0 20h32' : 'M0 16h32'))
  if (state === 'unsure') context.setLineDash([3, 3.3])
  context.stroke(new Path2D('M27 16a11 11 0 1 1-22 0a11 11 0 1 1 22 0z'))
}

/** As pixels: browsers make those of a drawing anew at each address that a page goes to. */
export function setFavicon(state: FaviconState): void {
  const canvas = document.createElement('canvas')
  canvas.width = SIZE
  canvas.height = SIZE
  const context = canvas.getContext('2d')
  if (context === null) return
  draw(context, state)
  document.querySelector('link[rel="icon"]')?.setAttribute('href', canvas.toDataURL())
}
