import { ofExpected, rate } from '../words/number.ts'
import type { Placed } from './brackets.ts'
import type { ChartData } from './chart-data.ts'
import { useChartLink } from './chart-link.ts'
import type { ChartLook, ChartScales } from './chart-option.ts'
import { Flag } from './flag.tsx'
import { HeldBackBar } from './held-back-bar.tsx'
import { LateMarks } from './late-marks.tsx'
import { BRACKET_ROW_PX, FLAG_ROW_PX, type Lane, type LaneBox, type Layout, TITLE_ROW_PX } from './layout.ts'
import { MEASURE_WORDS } from './measure.ts'
import { endLabels, notes } from './notes.ts'
import { partsNames } from './part-labels.tsx'
import { isLogarithmic } from './parts-lane.ts'
import type { ChartSpans, IncidentSpan } from './place-words.ts'
import { toPixel } from './scale.ts'
import { labelWidth } from './text-width.ts'
import { isKnown, type Value } from './water.ts'

interface ChartWordsProps {
  readonly data: ChartData
  readonly layout: Layout
  readonly scales: ChartScales
  readonly spans: ChartSpans
  readonly look: ChartLook
  /** Whether the first lane says which channel it is of. */
  readonly isNamed: boolean
}

/** An hour of a year is to be seen, too. */
const LEAST_BAR_PX = 6

/** The words over a chart, as text and links: they are found, read aloud and followed; a canvas can't be. */
export function ChartWords({ data, layout, scales, spans, look, isNamed }: ChartWordsProps) {
  return (
    <>
      {spans.brackets.map((placed) => (
        <Bracket key={placed.span.id} placed={placed} layout={layout} plotLeft={spans.left} />
      ))}
      {data.heldBack.flatMap((bar) => {
        const [from, to] = [Math.max(bar.from, data.from), Math.min(bar.to, data.to)]
        if (to <= from) return []
        const right = toPixel(scales.time, to)
        const left = Math.min(toPixel(scales.time, from), right - LEAST_BAR_PX)
        const width = right - left
        return [<HeldBackBar key={bar.key} bar={bar} layout={layout} left={left} width={width} />]
      })}
      {spans.flags.map((placed) => (
        <Flag
          key={placed.span.annotation.key}
          placed={placed}
          plotLeft={spans.left}
          top={layout.flagTop}
          bottom={layout.flagTop + spans.flagRows * FLAG_ROW_PX}
          channel={data.channel}
        />
      ))}
      {spans.gaps.map(
        ({ span, labelLeft }) =>
          span.label !== '' && (
            <span
              key={`${span.from} ${span.kind}`}
              class={`gap-label is-${span.kind}`}
              style={{ left: `${spans.left + labelLeft}px`, top: `${layout.gapLabelTop}px` }}
            >
              {span.id === null ? span.label : <IncidentLink id={span.id} label={span.label} />}
            </span>
          ),
      )}
      <LateMarks data={data} scales={scales} />
      {layout.lanes.map((box, index) => (
        <LaneTitle key={box.lane} box={box} layout={layout} data={data} look={look} isNamed={isNamed && index === 0} />
      ))}
      {layout.labels === 'margin' && <EndWords data={data} layout={layout} scales={scales} />}
      {layout.buildTop !== null && layout.labels === 'margin' && (
        <span class="lane-title lane-quiet" style={{ left: 0, top: `${layout.buildTop - 6}px` }}>
          Builds first seen
        </span>
      )}
      {notes(data, layout, scales, labelWidth, look.zone).map((note) => (
        <span
          key={note.key}
          class={`note note-${note.align} ${note.isWrong ? 'note-wrong' : ''}`}
          style={{ left: `${note.left}px`, top: `${note.top}px` }}
        >
          {note.id === null ? note.text : <IncidentLink id={note.id} label={note.text} />}
        </span>
      ))}
    </>
  )
}

function Bracket({
  placed,
  layout,
  plotLeft,
}: {
  readonly placed: Placed<IncidentSpan>
  readonly layout: Layout
  readonly plotLeft: number
}) {
  const { span, left, width, labelLeft, row } = placed
  const top = layout.flagTop - (row + 1) * BRACKET_ROW_PX
  return (
    <>
      <span class="bracket" style={{ left: `${plotLeft + left}px`, width: `${width}px`, top: `${top + 18}px` }} />
      {span.label !== '' && span.id !== null && (
        <span class="bracket-label" style={{ left: `${plotLeft + labelLeft}px`, top: `${top}px` }}>
          <IncidentLink id={span.id} label={span.label} />
        </span>
      )}
    </>
  )
}

function IncidentLink({ id, label }: { readonly id: number; readonly label: string }) {
  const link = useChartLink()
  return (
    <a class="incident-link" {...link({ page: 'incident', id })}>
      <b>{id}</b> {label}
    </a>
  )
}

const RESIDUAL_WORDS = { minute: 'mean of 1 h', hour: 'mean of 24 h', day: '' } as const

function laneNames(lane: Lane, data: ChartData): readonly [string, string] {
  switch (lane) {
    case 'submissions':
      return ['Submissions', MEASURE_WORDS[data.measure].unit(data.step)]
    case 'parts':
      return data.parts === null ? ['', ''] : partsNames(data.parts)
    case 'ofExpected':
      return ['Of expected', RESIDUAL_WORDS[data.step]]
    case 'invalid':
      return ['Invalid rate', '']
  }
}

interface LaneTitleProps {
  readonly box: LaneBox
  readonly layout: Layout
  readonly data: ChartData
  readonly look: ChartLook
  readonly isNamed: boolean
}

/** Left of the plot; where there is no margin, above it, with the newest value at the other end of the line. */
function LaneTitle({ box, layout, data, look, isNamed }: LaneTitleProps) {
  const [name, what] = laneNames(box.lane, data)
  const isLog = box.lane === 'parts' ? isLogarithmic(data.parts, look.log) : box.lane === 'submissions' && look.log
  const logWord = isLog ? ', logarithmic' : ''
  if (layout.labels === 'margin') {
    return (
      <span class="lane-title" style={{ left: 0, top: `${box.top - 2}px` }}>
        <b>{name}</b>
        {/* The margin is narrow: in one line, the words would run into the plot. */}
        {`${what}${logWord}`.split(', ').map((line) => (
          <span key={line}>
            <br />
            {line}
          </span>
        ))}
        {isNamed && <span class="lane-channel">{data.channel}</span>}
      </span>
    )
  }
  return (
    <span
      class="lane-title lane-above"
      style={{ left: 0, right: 0, top: `${box.top - TITLE_ROW_PX[layout.labels] + 2}px` }}
    >
      <span>
        <b>{name}</b> {what}
        {logWord}
        {isNamed && (
          <>
            {', '}
            <span class="lane-channel">{data.channel}</span>
          </>
        )}
      </span>
      <span>{newest(box.lane, data)}</span>
    </span>
  )
}

function newest(lane: Lane, data: ChartData): string {
  const last = (values: readonly Value[]): number | undefined => values.findLast(isKnown) ?? undefined
  if (lane === 'submissions' || lane === 'parts') return ''
  const value = last(lane === 'invalid' ? data.invalid : data.ofExpected)
  if (value === undefined) return ''
  return lane === 'invalid' ? rate(value) : ofExpected(value)
}

function EndWords({ data, layout, scales }: Pick<ChartWordsProps, 'data' | 'layout' | 'scales'>) {
  const left = layout.left + layout.plotWidth + 12
  const single = (lane: Lane, text: string | null, value: number | undefined) => {
    const found = scales.lanes.get(lane)
    if (text === null || value === undefined || found === undefined) return null
    return (
      <span class="end-label end-ink" style={{ left: `${left}px`, top: `${toPixel(found.scale, value) - 9}px` }}>
        <b>{text}</b>
      </span>
    )
  }
  const residual = data.ofExpected.findLast(isKnown) ?? undefined
  const invalid = data.invalid.findLast(isKnown) ?? undefined
  return (
    <>
      {endLabels(data, scales).map((label) => (
        <span
          key={label.key}
          class={`end-label end-${label.look}`}
          style={{ left: `${left}px`, top: `${label.top}px` }}
        >
          {label.lines.map((line, index) => (
            <span key={line}>
              {index === 0 && label.look !== 'quiet' ? <b>{line}</b> : line}
              <br />
            </span>
          ))}
        </span>
      ))}
      {single('ofExpected', residual === undefined ? null : ofExpected(residual), residual)}
      {single('invalid', invalid === undefined ? null : rate(invalid), invalid)}
    </>
  )
}
