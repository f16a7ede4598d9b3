import { useMemo } from 'preact/hooks'
import type { ChartScales } from './chart-option.ts'
import type { Layout } from './layout.ts'
import { MEASURE_WORDS } from './measure.ts'
import { spread } from './notes.ts'
import { type ChartParts, lastKnown, newestPartsAt, stacked } from './parts.ts'
import { toPixel } from './scale.ts'
import { highest, isKnown, type Value } from './water.ts'

const LINE_PX = 18

const MEASURES = {
  count: (step: string) => `per ${step}`,
  share: (step: string) => `share, per ${step}`,
  index: (step: string) => `per ${step}, first day = 100`,
} as const

/** Its name, and what its values are. */
export function partsNames(parts: ChartParts): readonly [string, string] {
  const step = parts.stepMs > 3_600_000 ? 'day' : 'hour'
  return [parts.by === 'problem' ? 'Invalid by problem' : `By ${parts.by}`, MEASURES[parts.measure](step)]
}

/** Each part's name with the longest that its value gets. */
export function longestLabels({
  lines,
  measure,
}: ChartParts): readonly { readonly name: string; readonly value: string }[] {
  return lines.map(({ name, values }) => ({ name, value: partWords(MEASURE_WORDS[measure], highest(values)) }))
}

interface PartLabelsProps {
  readonly parts: ChartParts
  readonly layout: Layout
  readonly scales: ChartScales
  /** The time that is read out. */
  readonly time: number
}

/** Names at the lines' ends, each with its value at the time that is read out; one beside the other where there is no margin. */
export function PartLabels({ parts, layout, scales, time }: PartLabelsProps) {
  const places = useMemo(() => placesOf(parts, layout, scales), [parts, layout, scales])
  const words = MEASURE_WORDS[parts.measure]
  const values = newestPartsAt(parts, time)
  const box = layout.lanes.find(({ lane }) => lane === 'parts')
  if (box === undefined) return null
  const label = (index: number) => (
    <>
      <i class="part-swatch" style={{ background: `var(${partToken(parts, index)})` }} />
      <span class="part-name">{parts.lines[index]?.name}</span> <b>{partWords(words, values[index])}</b>
    </>
  )
  if (layout.labels !== 'margin') {
    return (
      <p class="part-row" style={{ top: `${box.top + box.height + 2}px`, maxHeight: `${layout.partNamesHeight}px` }}>
        {parts.lines.map(({ name }, index) => (
          <span key={name}>{label(index)}</span>
        ))}
      </p>
    )
  }
  return (
    <>
      {places.map(({ index, top }) => (
        <span
          key={parts.lines[index]?.name}
          class="end-label part-label"
          style={{ left: `${layout.left + layout.plotWidth + 12}px`, top: `${top}px` }}
          title={parts.lines[index]?.name}
        >
          {label(index)}
        </span>
      ))}
    </>
  )
}

function partWords(words: (typeof MEASURE_WORDS)[keyof typeof MEASURE_WORDS], value: Value | undefined): string {
  return isKnown(value) ? words.one(value) : '—'
}

function placesOf(parts: ChartParts, layout: Layout, scales: ChartScales) {
  const scale = scales.lanes.get('parts')?.scale
  if (scale === undefined || layout.labels !== 'margin') return []
  const last = lastKnown(parts)
  const edges = parts.form === 'stacked' ? stacked(parts.lines) : parts.lines.map(({ values }) => values)
  const ends = parts.lines.map((_, index) => {
    const [upper, lower] = [edges[index]?.[last] ?? 0, edges[index - 1]?.[last] ?? 0]
    const at = parts.form === 'stacked' ? (upper + lower) / 2 : upper
    return { index, lines: [''], top: toPixel(scale, at) - LINE_PX / 2 }
  })
  return spread(ends, scale.range)
}

/** As `partColour`, for what isn't on the canvas. */
function partToken(parts: ChartParts, index: number): string {
  return parts.lines[index]?.isRest === true || index >= 8 ? '--part-rest' : `--part-${index + 1}`
}
