import { incidentsView } from '../view/incidents-view.ts'
import { useChartLink } from './chart-link.ts'
import type { HeldBack } from './held-back.ts'
import type { Layout } from './layout.ts'

interface HeldBackBarProps {
  readonly bar: HeldBack
  readonly layout: Layout
  /** Pixels of the chart's box. */
  readonly left: number
  readonly width: number
}

const LEAST_TARGET_PX = 24

/** A thin slant hatch just above the plot: what is under it was told to nobody. */
export function HeldBackBar({ bar, layout, left, width }: HeldBackBarProps) {
  const link = useChartLink()
  const top = layout.lanes[0]?.top ?? 0
  // What is pressed may be wider than what is meant, and mustn't stand out of the plot.
  const wide = Math.max(LEAST_TARGET_PX, width)
  const start = Math.max(0, Math.min(left, layout.left + layout.plotWidth - wide))
  return (
    <a
      class="held-back"
      style={{ left: `${start}px`, width: `${wide}px`, top: `${top}px` }}
      title={bar.text}
      {...link(bar.incident === null ? incidentsView() : { page: 'incident', id: bar.incident })}
    >
      <span class="held-back-hatch" style={{ left: `${left - start}px`, width: `${width}px` }} />
      <span class="visually-hidden">{bar.text}</span>
    </a>
  )
}
