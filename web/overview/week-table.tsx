import type { OverviewAnswer } from '../../server/api/types.ts'
import { isKnown } from '../charts/water.ts'
import type { Zone } from '../view/zone.ts'
import { count, rate, UNKNOWN } from '../words/number.ts'
import { HOUR_MS, moment, zoneName } from '../words/time.ts'
import { wholeHours } from './week.ts'
import { expectedWords } from './week-words.ts'
import '../charts/band-table.css'

const COLUMNS = ['seen', 'expected', 'invalid'] as const

/** The numbers that the weeks are drawn from, newest hour first. */
export function WeekTable({ overview, zone }: { readonly overview: OverviewAnswer; readonly zone: Zone }) {
  const start = Date.parse(overview.week_start)
  const hours = Math.max(0, ...overview.channels.map(({ hour }) => wholeHours(hour, start)))
  const indexes = Array.from({ length: hours }, (_, index) => hours - 1 - index)
  const caption = 'The week by the hour: what was seen of each channel, and what was expected'
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys.
    <section class="band-table week-table" tabIndex={0} aria-label={caption}>
      <table class="table">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col" rowSpan={2}>
              Hour, {zoneName(zone, start)}
            </th>
            {overview.channels.map(({ channel }) => (
              <th key={channel} scope="colgroup" colSpan={COLUMNS.length}>
                {channel}
              </th>
            ))}
          </tr>
          <tr>
            {overview.channels.flatMap(({ channel }) =>
              COLUMNS.map((column) => (
                <th key={`${channel} ${column}`} scope="col" class="figure">
                  {column}
                </th>
              )),
            )}
          </tr>
        </thead>
        <tbody>
          {indexes.map((index) => (
            <tr key={index}>
              <th scope="row">{moment(start + index * HOUR_MS, zone)}</th>
              {overview.channels.map(({ channel, week }) => {
                const [seen, invalid] = [week.seen[index], week.invalid_rate[index]]
                return [
                  <td key={`${channel} seen`} class="figure">
                    {isKnown(seen) ? count(seen) : UNKNOWN}
                  </td>,
                  <td key={`${channel} expected`} class="figure second">
                    {expectedWords(week, index)}
                  </td>,
                  <td key={`${channel} invalid`} class="figure">
                    {isKnown(invalid) ? rate(invalid) : UNKNOWN}
                  </td>,
                ]
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
