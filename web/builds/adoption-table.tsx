import { isKnown } from '../charts/water.ts'
import { rate, UNKNOWN } from '../words/number.ts'
import type { AdoptionShapes } from './adoption-shapes.ts'
import { ageWord } from './age-readout.ts'
import type { BuildAnswer } from './build-verdict.ts'

const MOST_ROWS = 13

interface AdoptionTableProps {
  readonly channel: string
  readonly build: BuildAnswer
  readonly shapes: AdoptionShapes
}

/** The chart's numbers, at as many ages as one reads. */
export function AdoptionTable({ channel, build, shapes }: AdoptionTableProps) {
  const step = Math.max(1, Math.ceil(shapes.horizon / (MOST_ROWS - 1)))
  const ages = shapes.ages.filter((age) => age % step === 0)
  const cell = (value: number | null | undefined): string => (isKnown(value) ? rate(value) : UNKNOWN)
  return (
    <table class="table panel-table">
      <caption class="visually-hidden">
        {build.build_id} on {channel}: share of the channel by age, beside earlier builds
      </caption>
      <thead>
        <tr>
          <th scope="col">Age</th>
          <th scope="col" class="figure">
            Seen
          </th>
          <th scope="col" class="figure">
            Earlier builds
          </th>
          <th scope="col" class="figure">
            Invalid
          </th>
        </tr>
      </thead>
      <tbody>
        {ages.map((age) => {
          const [low, high] = [shapes.low[age], shapes.high[age]]
          const [seen, isWater] = [shapes.seen[age], isKnown(low) && isKnown(high)]
          return (
            <tr key={age}>
              <th scope="row">{ageWord(age)}</th>
              <td class={`figure ${isKnown(seen) && isKnown(low) && seen < low ? 'wrong' : ''}`}>{cell(seen)}</td>
              <td class="figure second">{isWater ? `${cell(low)} – ${cell(high)}` : UNKNOWN}</td>
              <td class="figure">{cell(shapes.invalid[age])}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
