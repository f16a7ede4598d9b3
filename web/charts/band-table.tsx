import { count, countRange, UNKNOWN } from '../words/number.ts'
import { isKnown, type Value } from './water.ts'
import './band-table.css'

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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section class="band-table" tabIndex={0} aria-label={caption}>
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
    </section>
  )
}
