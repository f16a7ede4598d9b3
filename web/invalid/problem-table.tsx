import type { InvalidView } from '../view/invalid-view.ts'
import { linkTo } from '../view/navigation.ts'
import { count, rate, UNKNOWN } from '../words/number.ts'
import type { ProblemRow } from './problem-matrix.ts'

interface ProblemTableProps {
  readonly rows: readonly ProblemRow[]
  readonly channels: readonly string[]
  readonly view: InvalidView
}

/** The charts' numbers: of each channel the share of the last 24 hours, and of all before them in the range. */
export function ProblemTable({ rows, channels, view }: ProblemTableProps) {
  const share = (value: number | null | undefined): string =>
    value === null || value === undefined ? UNKNOWN : rate(value)
  return (
    <section>
      <h2 class="section-head">
        Problems <span class="label">last 24 h, and before that in the range</span>
      </h2>
      <div class="invalid-wide">
        <table class="table">
          <caption class="visually-hidden">Share of what each channel received, by problem</caption>
          <thead>
            <tr>
              <th scope="col">Problem</th>
              <th scope="col">Outcome</th>
              <th scope="col" class="figure">
                Submissions
              </th>
              {channels.map((channel) => (
                <th key={channel} scope="col" class="figure">
                  {channel}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ counts, cells }) => (
              <tr key={counts.problem}>
                <th scope="row">
                  <a {...linkTo({ ...view, problem: counts.problem })}>{counts.problem}</a>
                </th>
                <td class="second">{counts.outcome}</td>
                <td class="figure">{count(counts.submissions)}</td>
                {channels.map((channel) => {
                  const cell = cells.find((one) => one.channel === channel)
                  return (
                    <td key={channel} class="figure">
                      {cell === undefined ? (
                        <span class="third">none</span>
                      ) : (
                        <>
                          {share(cell.lately)} <span class="second">{share(cell.before)}</span>
                        </>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
