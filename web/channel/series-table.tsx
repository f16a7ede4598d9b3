import { useState } from 'preact/hooks'
import type { ChartData } from '../charts/chart-data.ts'
import type { ChartLook } from '../charts/chart-option.ts'
import { happenings } from '../charts/happenings.ts'
import { MEASURE_WORDS } from '../charts/measure.ts'
import { partsAt } from '../charts/parts.ts'
import { readout } from '../charts/readout.ts'
import { isKnown } from '../charts/water.ts'
import { zoneName } from '../words/time.ts'
import { ForecastTable } from './forecast-table.tsx'

const FIRST_ROWS = 200
const COLUMNS = ['seen', 'expected', 'of expected', 'invalid', 'last week'] as const
const WHAT = { count: 'submissions', share: 'share of all channels', index: 'index (expected = 100)' } as const

/** The chart's numbers, newest first. */
export function SeriesTable({ data, look }: { readonly data: ChartData; readonly look: ChartLook }) {
  const [showsAll, setShowsAll] = useState(false)
  const indexes = data.x.map((_, index) => index).reverse()
  const past = indexes.filter((index) => index <= (data.running?.index ?? data.complete - 1))
  const columns = COLUMNS.filter((column) => column !== 'last week' || data.ghost !== null)
  const { parts } = data
  const hasHappenings = past.some((index) => happenings(data, index, look.zone).length > 0)
  const rows = showsAll ? past : past.slice(0, FIRST_ROWS)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys, too.
    <section class="series-table" tabIndex={0} aria-label={`The numbers of ${data.channel}`}>
      <ForecastTable data={data} zone={look.zone} />
      <table class="table">
        <caption class="visually-hidden">
          {data.channel}: {WHAT[data.measure]} per {data.step}, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">{data.step === 'day' ? 'Day' : `Time, ${zoneName(look.zone, data.from)}`}</th>
            {columns.map((column) => (
              <th key={column} class="figure" scope="col">
                {column}
              </th>
            ))}
            {parts?.lines.map(({ name }) => (
              <th key={name} class="figure" scope="col">
                {name}
              </th>
            ))}
            {hasHappenings && <th scope="col">what began</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((index) => {
            const { time, items } = readout(data, index, look)
            return (
              <tr key={index}>
                <th scope="row">{time}</th>
                {columns.map((column) => {
                  const item = items.find(({ name }) => name === column || (column === 'seen' && name === 'so far'))
                  return (
                    <td key={column} class={`figure ${item?.look === 'wrong' ? 'wrong' : ''}`}>
                      {item === undefined ? (
                        <span class="third">—</span>
                      ) : item.name === 'so far' ? (
                        `so far ${item.value}`
                      ) : (
                        item.value
                      )}
                    </td>
                  )
                })}
                {parts !== null &&
                  partsAt(parts, data.x[index] ?? 0).map((value, part) => (
                    <td key={parts.lines[part]?.name} class="figure">
                      {isKnown(value) ? MEASURE_WORDS[parts.measure].one(value) : <span class="third">—</span>}
                    </td>
                  ))}
                {hasHappenings && <td class="happenings">{happenings(data, index, look.zone).join('; ')}</td>}
              </tr>
            )
          })}
        </tbody>
      </table>
      {rows.length < past.length && (
        <button type="button" class="button" onClick={() => setShowsAll(true)}>
          Show all {past.length}
        </button>
      )}
    </section>
  )
}
