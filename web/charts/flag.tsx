import { annotationsView } from '../view/annotations-view.ts'
import type { Placed, Span } from './brackets.ts'
import type { ChartAnnotation } from './chart-data.ts'
import { useChartLink } from './chart-link.ts'
import { FLAG_ROW_PX } from './layout.ts'

export interface FlagSpan extends Span {
  readonly annotation: ChartAnnotation
  /** That stand so close that one flag is for all of them. */
  readonly others?: readonly ChartAnnotation[]
}

const PENNANT = 'M0.5 0V16M0.5 1H8L6 4L8 7H0.5'
/** Nobody planted it: the service marks its own settings. */
const DIAMOND = 'M4 3L8 8L4 13L0 8Z'

/** Before the words of a flag: its cloth. */
export const FLAG_PX = 12

interface FlagProps {
  readonly placed: Placed<FlagSpan>
  readonly plotLeft: number
  /** Of the rows of flags, and of what is under them. */
  readonly top: number
  readonly bottom: number
  readonly channel: string
}

/** What somebody marked: a pennant where it began, a line as long as it lasted, the words where there is room for them. */
export function Flag({ placed, plotLeft, top, bottom, channel }: FlagProps) {
  const link = useChartLink()
  const { span, left, width, labelLeft } = placed
  const { annotation, others = [] } = span
  const text = [annotation, ...others].map((one) => one.text).join('; ')
  // How long a maintenance lasts is told by the hatch above the plot.
  const lasts = annotation.to !== null && annotation.to > annotation.from && annotation.kind !== 'maintenance'
  return (
    <>
      {lasts && (
        <span class="flag-span" style={{ left: `${plotLeft + left}px`, width: `${width}px`, top: `${bottom - 3}px` }} />
      )}
      <a
        class="flag"
        style={{
          left: `${plotLeft + labelLeft}px`,
          top: `${Math.max(top, bottom - (placed.row + 1) * FLAG_ROW_PX)}px`,
        }}
        title={others.length > 0 ? text : [text, annotation.author].filter((word) => word !== '').join(' — ')}
        {...link(annotationsView({ channel, at: annotation.from }))}
      >
        <svg viewBox="0 0 8 16" aria-hidden="true">
          <path d={annotation.kind === 'settings' ? DIAMOND : PENNANT} />
        </svg>
        {span.label === annotation.text ? (
          annotation.text
        ) : (
          <>
            <span class="visually-hidden">{text}</span>
            <span aria-hidden="true">{span.label}</span>
          </>
        )}
      </a>
    </>
  )
}
