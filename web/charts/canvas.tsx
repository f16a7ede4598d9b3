import type { ECharts } from 'echarts/core'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { ChartOption } from './chart-option.ts'

interface CanvasProps {
  readonly option: ChartOption
  readonly width: number
  readonly height: number
}

/** Rows above the plots come and go with the range: the canvas has room for some, so that it needn't be made anew for each. */
const SPARE_PX = 96

/** Owns one ECharts instance: created when its code and the fonts are there, resized, given options, disposed of. */
export function Canvas({ option, width, height }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts | null>(null)
  const newest = useRef(option)
  newest.current = option

  useEffect(() => {
    let isGone = false
    // Text on a canvas is measured once: before the fonts are there it would be measured in another font.
    const fonts = ['400', '500'].map((weight) => document.fonts.load(`${weight} 13px "Fira Sans Condensed"`))
    Promise.all([import('./echarts.ts'), ...fonts]).then(
      ([{ init }]) => {
        if (isGone || box.current === null) return
        const { clientWidth, clientHeight } = box.current
        const size = { width: clientWidth, height: clientHeight + SPARE_PX }
        chart.current = init(box.current, null, { renderer: 'canvas', ...size })
        // Nothing in it moves by itself: it needn't look for ten frames whether something does.
        chart.current.getZr().setSleepAfterStill(1)
        chart.current.setOption(newest.current, { notMerge: true })
      },
      (error: unknown) => {
        // The words over the chart, the read-out and the table live on; the next visit loads the code anew.
        if (!isGone && box.current !== null)
          box.current.textContent = `The chart's code could not be loaded: ${String(error)}`
      },
    )
    return () => {
      isGone = true
      chart.current?.dispose()
      chart.current = null
    }
  }, [])

  useLayoutEffect(() => {
    const drawn = chart.current
    if (drawn === null) return
    const isResized = drawn.getWidth() !== width || drawn.getHeight() < height
    drawn.setOption(option, { notMerge: true, lazyUpdate: isResized })
    // To resize is to draw all of it: what is set just before waits for that.
    if (isResized) drawn.resize({ width, height: height + SPARE_PX, silent: true })
  }, [option, width, height])

  return <div ref={box} class="canvas" style={{ width: `${width}px`, height: `${height}px` }} aria-hidden="true" />
}
