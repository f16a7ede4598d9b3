import { count, countRange, UNKNOWN } from '../words/number.ts'
import { isKnown, type Value } from './water.ts'

interface BandTableProps {
  readonly caption: string
  /** What a row is of: `Hour`. */
  readonly step: string
  readonly times: readonly number[]
  readonly words: (time: number) => string
  readonly seen: readonly Value[]
  readonly low: readonly Value[]
  readonly high: readonly Value[]
}

/** A small chart's numbers, newest first: what was seen, and what was expected. */
export function BandTable({ caption, step, times, words, seen, low, high }: BandTableProps) {
  const rows = times.map((time, index) => ({ time, own: seen[index], least: low[index], most: high[index] })).reverse()
  return (
    <table class="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{step}</th>
          <th scope="col" class="figure">
            Seen
          </th>
          <th scope="col" class="figure">
            Expected
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ time, own, least, most }) => (
          <tr key={time}>
            <th scope="row">{words(time)}</th>
            <td class="figure">{isKnown(own) ? count(own) : UNKNOWN}</td>
            <td class="figure second">{isKnown(least) && isKnown(most) ? countRange(least, most) : UNKNOWN}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
