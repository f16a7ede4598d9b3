import { useState } from 'preact/hooks'
import type { ChartData } from '../charts/chart-data.ts'
import type { ChartLook } from '../charts/chart-option.ts'
import { readout } from '../charts/readout.ts'

const FIRST_ROWS = 200
const COLUMNS = ['seen', 'expected', 'of expected', 'invalid', 'last week'] as const

/** The chart's numbers, newest first. */
export function SeriesTable({ data, look }: { readonly data: ChartData; readonly look: ChartLook }) {
  const [showsAll, setShowsAll] = useState(false)
  const indexes = data.x.map((_, index) => index).reverse()
  const past = indexes.filter((index) => index <= (data.running?.index ?? data.complete - 1))
  const columns = COLUMNS.filter((column) => column !== 'last week' || data.ghost !== null)
  const rows = showsAll ? past : past.slice(0, FIRST_ROWS)
  return (
    <div class="series-table">
      <table class="table">
        <caption class="visually-hidden">
          {data.channel}: submissions per {data.step}, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">{data.step === 'day' ? 'Day' : 'Time'}</th>
            {columns.map((column) => (
              <th key={column} class="figure" scope="col">
                {column}
              </th>
            ))}
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
    </div>
  )
}
