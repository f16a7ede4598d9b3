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

/** A thin slant hatch just above the plot: what is under it was told to nobody. */
export function HeldBackBar({ bar, layout, left, width }: HeldBackBarProps) {
  const link = useChartLink()
  const top = layout.lanes[0]?.top ?? 0
  return (
    <a
      class="held-back"
      style={{ left: `${left}px`, width: `${width}px`, top: `${top}px` }}
      title={bar.text}
      {...link(bar.incident === null ? incidentsView() : { page: 'incident', id: bar.incident })}
    >
      <span class="held-back-hatch" />
      <span class="visually-hidden">{bar.text}</span>
    </a>
  )
}
