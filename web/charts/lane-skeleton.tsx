import { useRef } from 'preact/hooks'
import { chartLayout, type Lane, labelsFor, TITLE_ROW_PX } from './layout.ts'
import { useWidth } from './use-width.ts'

const NAMES: Readonly<Record<Lane, string>> = {
  submissions: 'Submissions',
  parts: 'By part',
  ofExpected: 'Of expected',
  invalid: 'Invalid rate',
}

/** The lanes' axes where they will be: when the lines come, nothing moves. */
export function LaneSkeleton({ lanes }: { readonly lanes: readonly Lane[] }) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const labels = labelsFor(width)
  const layout = chartLayout({ width, labels }, lanes, { bracketRows: 0, gapRow: true, builds: labels !== 'inside' })
  return (
    <figure class={`chart chart-${labels}`} aria-busy="true">
      <p class="readout">&nbsp;</p>
      <div ref={box} class="chart-box" style={{ height: `${layout.height}px` }}>
        {layout.lanes.map(({ lane, top, height }) => (
          <div key={lane}>
            <span
              class="lane-title"
              style={{ left: 0, top: `${labels === 'margin' ? top - 2 : top - TITLE_ROW_PX[labels] + 2}px` }}
            >
              <b>{NAMES[lane]}</b>
            </span>
            <div
              class="lane-empty"
              style={{
                left: `${layout.left}px`,
                width: `${layout.plotWidth}px`,
                top: `${top}px`,
                height: `${height}px`,
              }}
            />
          </div>
        ))}
      </div>
    </figure>
  )
}
