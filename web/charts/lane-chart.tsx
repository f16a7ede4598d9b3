import { useMemo, useRef, useState } from 'preact/hooks'
import { useTheme } from '../design/theme.ts'
import { age, clock, weekday } from '../words/time.ts'
import { placeSpans, rowsOf } from './brackets.ts'
import { Canvas } from './canvas.tsx'
import type { ChartData } from './chart-data.ts'
import { type ChartLook, type ChartScales, chartOption, chartScales, isCloseUp } from './chart-option.ts'
import { type ChartSpans, ChartWords, type RowSpan } from './chart-words.tsx'
import { chartLayout, type Lane, labelsFor } from './layout.ts'
import { newestIndex, readout } from './readout.ts'
import { fromPixel, toPixel } from './scale.ts'
import { labelWidth } from './text-width.ts'
import { readTheme } from './theme.ts'
import { useScrub } from './use-scrub.ts'
import { useWidth } from './use-width.ts'
import { isKnown } from './water.ts'

const MOST_BRACKET_ROWS = 3

interface LaneChartProps {
  readonly data: ChartData
  readonly lanes: readonly Lane[]
  readonly look: ChartLook
  /** The page is about this incident: its start is named, its bracket is not drawn, builds have no room. */
  readonly about?: number
  /** One sentence that tells what the picture tells. */
  readonly summary: string
  readonly onZoom?: (from: number, to: number) => void
  readonly onPan?: (byMs: number) => void
  readonly onOut?: () => void
}

/** Lanes on one time axis, a fixed line of read-out above them and one cursor through all of them. */
export function LaneChart({ data, lanes, look, about, summary, onZoom, onPan, onOut }: LaneChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const themeName = useTheme()
  const [pointed, setPointed] = useState<number | null>(null)

  const labels = labelsFor(width)
  const closeUp = isCloseUp(data)
  const spans = useMemo(() => placeAll(data, width, closeUp, about), [data, width, closeUp, about])
  const hasBuilds = lanes.includes('invalid') && about === undefined && labels !== 'inside'
  const layout = useMemo(() => {
    const head = {
      bracketRows: rowsOf(spans.brackets),
      gapRow: spans.gaps.length > 0 || closeUp,
      builds: hasBuilds,
    }
    return chartLayout({ width, labels }, lanes, head)
  }, [width, labels, lanes, spans, closeUp, hasBuilds])
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

/** Brackets of incidents, and the words of the row under them: gaps, now, the start of what the page is about. */
function placeAll(data: ChartData, width: number, closeUp: boolean, about: number | undefined): ChartSpans {
  const head = { bracketRows: 0, gapRow: false, builds: false }
  const { left, plotWidth } = chartLayout({ width, labels: labelsFor(width) }, [], head)
  const toPx = (time: number): number => ((time - data.from) / (data.to - data.from)) * plotWidth
  const isShown = (span: { readonly from: number; readonly to: number }): boolean =>
    span.to >= data.from && span.from <= data.to
  const brackets = data.incidents
    .filter((incident) => (incident.group === 'volume' || incident.group === 'surge') && isShown(incident))
    .filter(() => about === undefined)
  const gaps: RowSpan[] = data.gaps.filter(isShown).map(({ from, to }) => {
    const incident = data.incidents.find((one) => one.group === 'gap' && one.from < to && one.to > from)
    // Gaps are whole hours cut to the range; the incident knows how long it really was.
    const lasted = incident === undefined ? to - from : incident.to - incident.from
    return { id: incident?.id ?? null, from, to, label: `nothing counted, ${age(lasted)}`, kind: 'gap' }
  })
  const point = (time: number, label: string, kind: RowSpan['kind']): RowSpan[] =>
    time > data.from && time < data.to ? [{ id: null, from: time, to: time, label, kind }] : []
  const start = data.incidents.find(({ id, group }) => id === about && group !== 'gap')?.from
  const row = [
    ...gaps,
    ...(closeUp ? point(data.now, `now ${clock(data.now)}`, 'now') : []),
    ...(start === undefined ? [] : point(start, `since ${weekday(start)} ${clock(start)}`, 'start')),
  ]
  const words = (label: string): number => labelWidth(`00  ${label}`)
  return {
    left,
    brackets: placeSpans(brackets, toPx, plotWidth, words, MOST_BRACKET_ROWS),
    gaps: placeSpans(row, toPx, plotWidth, words, 1),
  }
}

/** Index of the step whose middle is nearest to `time`; `x` ascends by equal steps. */
function nearest(x: readonly number[], time: number): number {
  const [first, second] = x
  if (first === undefined) return 0
  const step = (second ?? first + 1) - first
  return Math.min(x.length - 1, Math.max(0, Math.round((time - first) / step)))
}
