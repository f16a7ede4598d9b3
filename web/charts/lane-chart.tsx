import { useMemo, useRef, useState } from 'preact/hooks'
import { useTheme } from '../design/theme.ts'
import { age, clock } from '../words/time.ts'
import { placeSpans, rowsOf } from './brackets.ts'
import { Canvas } from './canvas.tsx'
import type { ChartData } from './chart-data.ts'
import { type ChartLook, type ChartScales, chartOption, chartScales } from './chart-option.ts'
import { type ChartSpans, ChartWords } from './chart-words.tsx'
import { chartLayout, type Lane, labelsFor } from './layout.ts'
import { newestIndex, readout } from './readout.ts'
import { fromPixel, toPixel } from './scale.ts'
import { labelWidth } from './text-width.ts'
import { readTheme } from './theme.ts'
import { useScrub } from './use-scrub.ts'
import { useWidth } from './use-width.ts'
import { isKnown } from './water.ts'

const MOST_BRACKET_ROWS = 3
/** As in the option: closer than this the line of now is drawn and named. */
const CLOSE_UP_MS = 15 * 86_400_000

interface LaneChartProps {
  readonly data: ChartData
  readonly lanes: readonly Lane[]
  readonly look: ChartLook
  /** One sentence that tells what the picture tells. */
  readonly summary: string
  readonly onZoom?: (from: number, to: number) => void
  readonly onPan?: (byMs: number) => void
  readonly onOut?: () => void
}

/** Lanes on one time axis, a fixed line of read-out above them and one cursor through all of them. */
export function LaneChart({ data, lanes, look, summary, onZoom, onPan, onOut }: LaneChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const themeName = useTheme()
  const [pointed, setPointed] = useState<number | null>(null)

  const labels = labelsFor(width)
  const closeUp = data.to - data.from <= CLOSE_UP_MS
  const spans = useMemo(() => placeAll(data, width, closeUp), [data, width, closeUp])
  const hasInvalid = lanes.includes('invalid')
  const layout = useMemo(() => {
    const head = {
      bracketRows: rowsOf(spans.brackets),
      gapRow: spans.gaps.length > 0 || closeUp,
      builds: hasInvalid && labels !== 'inside',
    }
    return chartLayout({ width, labels }, lanes, head)
  }, [width, labels, lanes, spans, closeUp, hasInvalid])
  const scales = useMemo(() => chartScales(data, layout, look), [data, layout, look])
  // Colours come from the page's tokens; themeName only says that they changed.
  const option = useMemo(() => {
    const element = box.current
    return element === null || width === 0 ? null : chartOption(data, layout, readTheme(element), look)
  }, [data, layout, look, themeName, width])

  const scrub = useScrub({
    toTime: (pixel) => fromPixel(scales.time, pixel),
    indexAt: (time) => nearest(data.x, time),
    count: data.x.length,
    index: pointed ?? newestIndex(data),
    onPoint: setPointed,
    ...(onZoom === undefined ? {} : { onZoom }),
    ...(onPan === undefined ? {} : { onPan }),
    ...(onOut === undefined ? {} : { onOut }),
  })
  const index = pointed !== null && pointed < data.x.length ? pointed : newestIndex(data)
  const said = readout(data, index, look)
  const line = said.items.map(({ name, value }) => `${name} ${value}`).join(', ')
  const first = layout.lanes[0]
  const last = layout.lanes.at(-1)
  return (
    <figure class={`chart chart-${labels}`} aria-label={summary}>
      <p class="readout">
        <span class="readout-time">{said.time}</span>
        {said.items.map(({ name, value, look: itemLook }) => (
          <span key={name} class="readout-item">
            {name} <b class={`readout-${itemLook}`}>{value}</b>
          </span>
        ))}
      </p>
      <div ref={box} class="chart-box" style={{ height: `${layout.height}px` }}>
        {option !== null && first !== undefined && last !== undefined && (
          <>
            <Canvas option={option} width={layout.width} height={layout.height} />
            <div
              class="scrub"
              role="slider"
              tabIndex={0}
              aria-label="Read-out: move with the arrow keys"
              aria-valuemin={0}
              aria-valuemax={Math.max(0, data.x.length - 1)}
              aria-valuenow={index}
              aria-valuetext={`${said.time}: ${line}`}
              style={{
                left: `${layout.left}px`,
                top: `${first.top}px`,
                width: `${layout.plotWidth}px`,
                height: `${last.top + last.height - first.top}px`,
              }}
              {...scrub.handlers}
            />
            {scrub.selection !== null && (
              <div
                class="selection"
                style={{
                  left: `${toPixel(scales.time, Math.max(data.from, scrub.selection.from))}px`,
                  width: `${toPixel(scales.time, Math.min(data.to, scrub.selection.to)) - toPixel(scales.time, Math.max(data.from, scrub.selection.from))}px`,
                  top: `${first.top}px`,
                  height: `${last.top + last.height - first.top}px`,
                }}
              />
            )}
            {pointed !== null && (
              <Cursor data={data} index={index} scales={scales} top={first.top} bottom={last.top + last.height} />
            )}
            <ChartWords data={data} layout={layout} scales={scales} spans={spans} look={look} />
          </>
        )}
      </div>
      <figcaption class="visually-hidden">{summary}</figcaption>
    </figure>
  )
}

interface CursorProps {
  readonly data: ChartData
  readonly index: number
  readonly scales: ChartScales
  readonly top: number
  readonly bottom: number
}

function Cursor({ data, index, scales, top, bottom }: CursorProps) {
  const x = toPixel(scales.time, data.x[index] ?? data.from)
  const seen = data.seen[index]
  const lane = scales.lanes.get('submissions')
  return (
    <>
      <div class="cursor" style={{ left: `${x}px`, top: `${top}px`, height: `${bottom - top}px` }} />
      {isKnown(seen) && lane !== undefined && (
        <div class="ring" style={{ left: `${x}px`, top: `${toPixel(lane.scale, seen)}px` }} />
      )}
    </>
  )
}

/** Brackets of incidents and names of gaps, in pixels of the plot; the same for every height. */
function placeAll(data: ChartData, width: number, closeUp: boolean): ChartSpans {
  const { left, plotWidth } = chartLayout({ width, labels: labelsFor(width) }, [], {
    bracketRows: 0,
    gapRow: false,
    builds: false,
  })
  const toPx = (time: number): number => ((time - data.from) / (data.to - data.from)) * plotWidth
  const isShown = (span: { readonly from: number; readonly to: number }): boolean =>
    span.to > data.from && span.from < data.to
  const brackets = data.incidents
    .filter((incident) => (incident.group === 'volume' || incident.group === 'surge') && isShown(incident))
    .map(({ id, from, to, label }) => ({ id, from, to, label }))
  const gaps = data.gaps.filter(isShown).map((gap) => {
    const incident = data.incidents.find((one) => one.group === 'gap' && one.from < gap.to && one.to > gap.from)
    return {
      id: incident?.id ?? null,
      from: gap.from,
      to: gap.to,
      label: `nothing counted, ${age(gap.to - gap.from)}`,
      isNow: false,
    }
  })
  const now = closeUp && data.now > data.from && data.now < data.to
  const present = now ? [{ id: null, from: data.now, to: data.now, label: `now ${clock(data.now)}`, isNow: true }] : []
  const words = (label: string): number => labelWidth(`00  ${label}`)
  return {
    left,
    brackets: placeSpans(brackets, toPx, plotWidth, words, MOST_BRACKET_ROWS),
    gaps: placeSpans([...gaps, ...present], toPx, plotWidth, words, 1),
  }
}

/** Index of the step whose middle is nearest to `time`; `x` ascends by equal steps. */
function nearest(x: readonly number[], time: number): number {
  const [first, second] = x
  if (first === undefined) return 0
  const step = (second ?? first + 1) - first
  return Math.min(x.length - 1, Math.max(0, Math.round((time - first) / step)))
}
