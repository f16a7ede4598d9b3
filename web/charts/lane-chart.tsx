import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useTheme } from '../design/theme.ts'
import { zoneName } from '../words/time.ts'
import { Canvas } from './canvas.tsx'
import type { ChartData } from './chart-data.ts'
import { type ChartLook, type ChartScales, chartOption, chartScales, isCloseUp } from './chart-option.ts'
import { ChartWords } from './chart-words.tsx'
import { KeptUntil } from './kept-until.ts'
import { chartLayout, type Lane, labelsFor } from './layout.ts'
import { longestLabels, PartLabels } from './part-labels.tsx'
import { partRows } from './part-rows.ts'
import type { PictureSource } from './picture/make-picture.ts'
import { placeWords } from './place-words.ts'
import { type MoreAbout, newestIndex, readout } from './readout.ts'
import { ReadoutLine } from './readout-line.tsx'
import { fromPixel, toPixel } from './scale.ts'
import { labelWidth } from './text-width.ts'
import { readTheme } from './theme.ts'
import { useScrub } from './use-scrub.ts'
import { useWidth } from './use-width.ts'
import { isKnown } from './water.ts'

interface LaneChartProps {
  readonly data: ChartData
  readonly lanes: readonly Lane[]
  readonly look: ChartLook
  /** The page is about this incident: its start is named, its bracket is not drawn, builds have no room. */
  readonly about?: number
  /** The page is about several channels: the chart says which of them it is of. */
  readonly isNamed?: boolean
  /** One sentence that tells what the picture tells. */
  readonly summary: string
  readonly onZoom?: (from: number, to: number) => void
  readonly onPan?: (byMs: number) => void
  readonly onOut?: () => void
  /** What there is to know about the step that begins at a time: a click, Enter and the read-out lead there. */
  readonly moreAbout?: (start: number) => MoreAbout
  /** Holds the chart as it stands, for those who make a picture of it. */
  readonly picture?: { current: PictureSource | null }
}

/** Lanes on one time axis, a fixed line of read-out above them and one cursor through all of them. */
export function LaneChart({
  data,
  lanes,
  look,
  about,
  isNamed = false,
  summary,
  onZoom,
  onPan,
  onOut,
  moreAbout,
  picture,
}: LaneChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const themeName = useTheme()
  const [pointed, setPointed] = useState<number | null>(null)

  const labels = labelsFor(width)
  const spans = useMemo(() => placeWords(data, width, look.zone, about), [data, width, look.zone, about])
  const hasBuilds = lanes.includes('invalid') && about === undefined && labels !== 'inside'
  const layout = useMemo(() => {
    const head = {
      bracketRows: spans.bracketRows,
      flagRows: spans.flagRows,
      gapRow: spans.gaps.length > 0 || isCloseUp(data),
      builds: hasBuilds,
      partRows: data.parts === null ? 0 : partRows(longestLabels(data.parts), width, labelWidth),
    }
    return chartLayout({ width, labels }, lanes, head)
  }, [width, labels, lanes, spans, data, hasBuilds])
  const scales = useMemo(() => chartScales(data, layout, look), [data, layout, look])
  // Colours come from the page's tokens; themeName only says that they changed.
  const theme = useMemo(() => (box.current === null ? null : readTheme(box.current)), [themeName, width])
  const option = useMemo(
    () => (theme === null || width === 0 ? null : chartOption(data, layout, theme, look, scales)),
    [data, layout, look, theme, width, scales],
  )
  useEffect(() => {
    if (picture === undefined) return
    picture.current =
      box.current === null || option === null || theme === null
        ? null
        : { box: box.current, option, layout, paper: theme.paper }
    return () => {
      picture.current = null
    }
  }, [picture, option, layout, theme])
  const index = pointed !== null && pointed < data.x.length ? pointed : newestIndex(data)
  const said = useMemo(() => readout(data, index, look), [data, index, look])
  const more = said.start === null ? undefined : moreAbout?.(said.start)
  const scrub = useScrub({
    toTime: (pixel) => fromPixel(scales.time, pixel),
    indexAt: (time) => nearest(data.x, time),
    count: data.x.length,
    index,
    onPoint: setPointed,
    onOpen: more?.view ?? null,
    ...(onZoom === undefined ? {} : { onZoom }),
    ...(onPan === undefined ? {} : { onPan }),
    ...(onOut === undefined ? {} : { onOut }),
  })
  const line = said.items.map(({ name, value }) => `${name} ${value}`).join(', ')
  const first = layout.lanes[0]
  const last = layout.lanes.at(-1)
  return (
    <figure class={`chart chart-${labels}`} aria-label={summary}>
      <ReadoutLine said={said} more={more} channel={data.channel} isAbout={about !== undefined} />
      <div ref={box} class="chart-box" style={{ height: `${layout.height}px` }}>
        {option !== null && first !== undefined && last !== undefined && (
          <>
            <Canvas option={option} width={layout.width} height={layout.height} />
            <div
              class="scrub"
              role="slider"
              tabIndex={0}
              aria-label={`Read-out: move with the arrow keys${more === undefined ? '' : `, Enter: ${more.word}`}`}
              aria-valuemin={0}
              aria-valuemax={Math.max(0, data.x.length - 1)}
              aria-valuenow={index}
              aria-valuetext={`${said.time}${data.step === 'day' ? '' : ` ${zoneName(look.zone, data.now)}`}: ${line}`}
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
            {/* Moving the cursor changes none of these, and there may be hundreds of them. */}
            <KeptUntil
              changed={[data, layout, scales, spans, look, isNamed]}
              draw={() => (
                <ChartWords data={data} layout={layout} scales={scales} spans={spans} look={look} isNamed={isNamed} />
              )}
            />
            {data.parts !== null && lanes.includes('parts') && (
              <PartLabels parts={data.parts} layout={layout} scales={scales} time={data.x[index] ?? data.now} />
            )}
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

/** Index of the step whose middle is nearest to `time`; `x` ascends by equal steps. */
function nearest(x: readonly number[], time: number): number {
  const [first, second] = x
  if (first === undefined) return 0
  const step = (second ?? first + 1) - first
  return Math.min(x.length - 1, Math.max(0, Math.round((time - first) / step)))
}
