import { annotationsView } from '../view/annotations-view.ts'
import { useChartLink } from './chart-link.ts'
import type { MoreAbout, Readout } from './readout.ts'

interface ReadoutLineProps {
  readonly said: Readout
  readonly more: MoreAbout | undefined
  readonly channel: string
  /** The page tells one incident: there is nothing to mark. */
  readonly isAbout: boolean
}

/** The line fixed above the plot: one step's numbers, and what can be asked or said about it. */
export function ReadoutLine({ said, more, channel, isAbout }: ReadoutLineProps) {
  const link = useChartLink()
  return (
    <p class="readout">
      <span class="readout-time">{said.time}</span>
      {said.items.map(({ name, value, look }) => (
        <span key={name} class="readout-item">
          {name} <b class={`readout-${look}`}>{value}</b>
        </span>
      ))}
      {more !== undefined && (
        <span class="readout-links">
          <a {...link(more.view)}>{more.word}</a>
          {!isAbout && said.start !== null && (
            <a {...link(annotationsView({ channel, at: said.start }))}>Annotate this {said.step}</a>
          )}
        </span>
      )}
    </p>
  )
}
