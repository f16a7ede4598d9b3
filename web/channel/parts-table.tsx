import { useMemo, useState } from 'preact/hooks'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { UNKNOWN } from '../words/number.ts'
import { DAY_MS, day, moment, zoneName } from '../words/time.ts'
import { type Part, wholeSteps } from './parts.ts'

const FIRST_ROWS = 60

interface PartsTableProps {
  readonly caption: string
  readonly parts: readonly Part[]
  readonly times: readonly number[]
  readonly stepMs: number
  readonly words: (value: number) => string
  readonly zone: Zone
}

/** The numbers of small charts beside each other, newest first. */
export function PartsTable({ caption, parts: all, times, stepMs, words, zone }: PartsTableProps) {
  const [showsAll, setShowsAll] = useState(false)
  const parts = useMemo(() => all.map(({ name, values }) => ({ name, values: wholeSteps(values) })), [all])
  const isDay = stepMs >= DAY_MS
  const known = times.map((_, index) => index).filter((index) => parts.some(({ values }) => isKnown(values[index])))
  const rows = known.reverse()
  const shown = showsAll ? rows : rows.slice(0, FIRST_ROWS)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys, too.
    <section class="series-table parts-table" tabIndex={0} aria-label={caption}>
      <table class="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{isDay ? 'Day' : `Hour, ${zoneName(zone, times[0] ?? 0)}`}</th>
            {parts.map(({ name }) => (
              <th key={name} scope="col" class="figure">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((index) => (
            <tr key={index}>
              <th scope="row">{isDay ? day(times[index] ?? 0) : moment(times[index] ?? 0, zone)}</th>
              {parts.map(({ name, values }) => {
                const value = values[index]
                return (
                  <td key={name} class="figure">
                    {isKnown(value) ? words(value) : UNKNOWN}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < rows.length && (
        <button type="button" class="button" onClick={() => setShowsAll(true)}>
          Show all {rows.length}
        </button>
      )}
    </section>
  )
}
