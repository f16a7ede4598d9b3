import type { Zone } from '../view/zone.ts'
import { age, clock, weekday } from '../words/time.ts'
import { type Placed, placeSpans, rowsOf, type Span } from './brackets.ts'
import type { ChartData } from './chart-data.ts'
import { isCloseUp } from './chart-option.ts'
import { FLAG_PX, type FlagSpan } from './flag.tsx'
import { foldFlags } from './fold-flags.ts'
import { chartLayout, labelsFor } from './layout.ts'
import { labelWidth } from './text-width.ts'

const MOST_BRACKET_ROWS = 3
const MOST_FLAG_ROWS = 2

export interface IncidentSpan extends Span {
  readonly id: number | null
}

/** What stands in the row just above the plot. */
export interface RowSpan extends IncidentSpan {
  readonly kind: 'gap' | 'now' | 'start'
}

/** What is named above a plot, and where. */
export interface ChartSpans {
  /** The plot's left edge in the chart's box: spans count from it. */
  readonly left: number
  readonly brackets: readonly Placed<IncidentSpan>[]
  readonly bracketRows: number
  readonly flags: readonly Placed<FlagSpan>[]
  readonly flagRows: number
  readonly gaps: readonly Placed<RowSpan>[]
}

/** Brackets of incidents, flags of what people marked, and the row under them: gaps, now, the start of what the page is about. */
export function placeWords(data: ChartData, width: number, zone: Zone, about: number | undefined): ChartSpans {
  const head = { bracketRows: 0, gapRow: false, builds: false }
  const { left, plotWidth } = chartLayout({ width, labels: labelsFor(width) }, [], head)
  const toPx = (time: number): number => ((time - data.from) / (data.to - data.from)) * plotWidth
  const isShown = (span: { readonly from: number; readonly to: number }): boolean =>
    span.to >= data.from && span.from <= data.to
  const words = (label: string): number => labelWidth(`00  ${label}`)
  const brackets = placeSpans(
    data.incidents
      .filter((incident) => (incident.group === 'volume' || incident.group === 'surge') && isShown(incident))
      .filter(() => about === undefined),
    toPx,
    plotWidth,
    words,
    MOST_BRACKET_ROWS,
  )
  const marked = data.annotations
    .map((annotation) => ({
      annotation,
      from: annotation.from,
      to: annotation.to ?? annotation.from,
      label: annotation.text,
    }))
    .filter(isShown)
  const flagWidth = (label: string): number => FLAG_PX + labelWidth(label)
  const flags = foldFlags(placeSpans(marked, toPx, plotWidth, flagWidth, MOST_FLAG_ROWS, 'cut'), flagWidth)
  return {
    left,
    brackets,
    bracketRows: rowsOf(brackets),
    flags,
    flagRows: rowsOf(flags),
    gaps: placeSpans(rowUnder(data, zone, about, isShown), toPx, plotWidth, words, 1),
  }
}

function rowUnder(
  data: ChartData,
  zone: Zone,
  about: number | undefined,
  isShown: (span: { readonly from: number; readonly to: number }) => boolean,
): readonly RowSpan[] {
  const gaps: RowSpan[] = data.gaps.filter(isShown).map(({ from, to }) => {
    const incident = data.incidents.find((one) => one.group === 'gap' && one.from < to && one.to > from)
    // Gaps are whole hours cut to the range; the incident knows how long it really was.
    const lasted = incident === undefined ? to - from : incident.to - incident.from
    return { id: incident?.id ?? null, from, to, label: `nothing counted, ${age(lasted)}`, kind: 'gap' }
  })
  const point = (time: number, label: string, kind: RowSpan['kind']): RowSpan[] =>
    time > data.from && time < data.to ? [{ id: null, from: time, to: time, label, kind }] : []
  const start = data.incidents.find(({ id, group }) => id === about && group !== 'gap')?.from
  return [
    ...gaps,
    ...(isCloseUp(data) ? point(data.now, `now ${clock(data.now, zone)}`, 'now') : []),
    ...(start === undefined ? [] : point(start, `since ${weekday(start, zone)} ${clock(start, zone)}`, 'start')),
  ]
}
