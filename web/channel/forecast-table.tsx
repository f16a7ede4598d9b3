import { STEP_MS } from '../charts/at-times.ts'
import type { ChartData } from '../charts/chart-data.ts'
import { MEASURE_WORDS } from '../charts/measure.ts'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { age, moment, zoneName } from '../words/time.ts'

/** What the chart foretells, soonest first, folded away: who opens a table wants to know what was. */
export function ForecastTable({ data, zone }: { readonly data: ChartData; readonly zone: Zone }) {
  const words = MEASURE_WORDS[data.measure]
  const stepMs = STEP_MS[data.step]
  const rows = data.x.flatMap((middle, index) => {
    const [low, high, start] = [data.low[index], data.high[index], middle - stepMs / 2]
    return start >= data.now && isKnown(low) && isKnown(high) ? [{ start, range: words.range(low, high) }] : []
  })
  const [first] = rows
  if (first === undefined) return null
  return (
    <details class="series-forecast">
      <summary>Expected of the next {age(rows.length * stepMs)}</summary>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Time, {zoneName(zone, first.start)}</th>
            <th scope="col" class="figure">
              expected
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ start, range }) => (
            <tr key={start}>
              <th scope="row">{moment(start, zone)}</th>
              <td class="figure">{range}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
