import type { OverviewAnswer } from '../../server/api/types.ts'
import { ofExpected, thousands, UNKNOWN } from '../words/number.ts'
import { clock, weekdayDate } from '../words/time.ts'
import './tide-table.css'

const TIDES = [0, 1, 2, 3] as const

/** When the water of all channels together is low and high: read it before believing a fall at 22:00. */
export function TideTable({ days, now }: { readonly days: OverviewAnswer['tide_table']; readonly now: number }) {
  const today = new Date(now).toISOString().slice(0, 10)
  const kinds = TIDES.map((index) => days.find((day) => day.tides[index] !== undefined)?.tides[index]?.kind)
  return (
    <section class="tide-table">
      <h2 class="section-head">
        Tide table <span class="label">all channels, UTC hour and thousands expected in it</span>
      </h2>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">
              <span class="visually-hidden">Day</span>
            </th>
            {TIDES.map((index) => (
              <th key={index} class="figure" scope="col">
                {kinds[index] ?? ''}
              </th>
            ))}
            <th class="figure" scope="col">
              of expected
            </th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <th scope="row">{weekdayDate(Date.parse(`${day.date}T00:00:00Z`))}</th>
              {TIDES.map((index) => {
                const tide = day.tides[index]
                return (
                  <td key={index} class="figure">
                    {tide === undefined ? (
                      <span class="third">{UNKNOWN}</span>
                    ) : (
                      <>
                        <span class="label third">{clock(Date.parse(tide.time))}</span>{' '}
                        <span class={tide.kind === 'high' ? 'tide-high' : ''}>{thousands(tide.expected)}</span>
                      </>
                    )}
                  </td>
                )
              })}
              <td class="figure">
                {day.of_expected !== null && day.date === today && <span class="third">so far </span>}
                {day.of_expected === null ? <span class="third">{UNKNOWN}</span> : ofExpected(day.of_expected)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
