import type { OverviewAnswer } from '../../server/api/types.ts'
import { Mark } from '../marks/mark.tsx'
import { Changing } from '../shell/changing.tsx'
import { useZone } from '../view/navigation.ts'
import { count, countRange, ofExpected, rate, UNKNOWN } from '../words/number.ts'
import { InvalidLine } from './invalid-line.tsx'
import { sumOfChannels } from './sum.ts'
import { type WeekAxis, weekShapes } from './week.ts'
import { WeekChart } from './week-chart.tsx'
import { weekWords } from './week-words.ts'

/** All channels together, under them: how much that is, and how many of them are well. */
export function SumRow({ axis, overview }: { readonly axis: WeekAxis; readonly overview: OverviewAnswer }) {
  const zone = useZone()
  const sum = sumOfChannels(overview)
  const well = overview.channels.filter(({ states }) => states.every(({ state }) => state === 'well')).length
  const all = overview.channels.length
  const seen = sum.seen === null ? UNKNOWN : count(sum.seen)
  const expected = sum.expected === null ? UNKNOWN : countRange(sum.expected.low, sum.expected.high)
  return (
    <tr class="is-sum">
      <th class="cell-name" scope="row">
        <span class="sum-name">all {all}</span>
      </th>
      <td class="cell-state second">
        {well === all ? (
          <span class="state-word">
            <Mark state="well" /> well
          </span>
        ) : (
          <span class="state-word">
            {well} of {all} well
          </span>
        )}
      </td>
      <td class="cell-seen figure">
        <Changing text={seen} />
        <span class="so-far">
          so far <Changing text={count(sum.so_far)} />
        </span>
      </td>
      <td class="cell-range figure second condensed">{expected}</td>
      <td class="cell-ratio figure">
        <Changing text={sum.of_expected === null ? UNKNOWN : ofExpected(sum.of_expected)} />
      </td>
      <td class="cell-week">
        <WeekChart
          channel="*"
          start={Date.parse(overview.week_start)}
          shapes={weekShapes(sum, overview.week_start, axis.now)}
          axis={axis}
          summary={`All channels together: ${seen} in the newest hour, ${expected} expected. ${weekWords(sum, Date.parse(overview.week_start), zone)}`}
        />
      </td>
      <td class="cell-invalid">
        <Changing text={sum.invalid_rate === null ? UNKNOWN : rate(sum.invalid_rate)} />
        <InvalidLine rates={sum.week.invalid_rate} isWrong={false} />
      </td>
      <td class="cell-build" />
    </tr>
  )
}
