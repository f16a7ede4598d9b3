import { hourClick } from '../charts/hour-click.ts'
import { MiniChart } from '../charts/mini-chart.tsx'
import { isKnown } from '../charts/water.ts'
import { type InvalidView, invalidView } from '../view/invalid-view.ts'
import { linkTo } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { axisRate, count, rate } from '../words/number.ts'
import { HOUR_MS } from '../words/time.ts'
import type { ProblemCell, ProblemRow } from './problem-matrix.ts'
import { problemWords } from './problem-words.ts'
import type { InvalidRange } from './use-invalid.ts'

interface ProblemRowsProps {
  readonly rows: readonly ProblemRow[]
  /** Each has its column, where there is room for that. */
  readonly channels: readonly string[]
  readonly view: InvalidView
  readonly range: InvalidRange
  readonly stepMs: number
  readonly zone: Zone
}

/** A row a problem, a small chart a channel: read across, one sees where it is; read down, what a channel has. */
export function ProblemRows({ rows, channels, view, range, stepMs, zone }: ProblemRowsProps) {
  return (
    <section>
      <h2 class="section-head">
        Problems over time{' '}
        <span class="label">share of what the channel received in the {range.step}; a scale a row</span>
      </h2>
      {rows.length === 0 && <p class="second invalid-none">No submission of this range had a problem.</p>}
      <ul class="problems">
        {rows.map((row) => (
          <li key={row.counts.problem} class={row.counts.problem === view.problem ? 'problem is-chosen' : 'problem'}>
            <ProblemHead row={row} view={view} />
            <ul
              class={channels.length === 1 ? 'problem-cells problem-cells-one' : 'problem-cells'}
              style={{ '--columns': channels.length }}
            >
              {row.cells.map((cell, index) => (
                <Cell
                  key={cell.channel}
                  cell={cell}
                  row={row}
                  column={channels.indexOf(cell.channel) + 1}
                  top={index === 0 ? axisRate(row.max) : ''}
                  from={range.from}
                  stepMs={stepMs}
                  zone={zone}
                />
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  )
}

function ProblemHead({ row: { counts, without }, view }: { readonly row: ProblemRow; readonly view: InvalidView }) {
  const isChosen = counts.problem === view.problem
  return (
    <div class="problem-head">
      <h3>
        <a
          aria-current={isChosen ? 'true' : undefined}
          {...linkTo({ ...view, problem: isChosen ? null : counts.problem })}
        >
          {counts.problem}
        </a>
      </h3>
      <p class="second">{problemWords(counts.problem)}</p>
      <p>
        {count(counts.submissions)} {counts.outcome}, {rate(counts.rate)}
        {counts.recovered > 0 && <span class="second"> · {count(counts.recovered)} converted after all</span>}
      </p>
      {without.length > 0 && <p class="third">none on {without.join(', ')}</p>}
    </div>
  )
}

interface CellProps {
  readonly cell: ProblemCell
  readonly row: ProblemRow
  readonly column: number
  readonly top: string
  readonly from: number
  readonly stepMs: number
  readonly zone: Zone
}

function Cell({ cell, row, column, top, from, stepMs, zone }: CellProps) {
  const first = Math.floor(from / stepMs) * stepMs
  const times = cell.rates.map((_, index) => first + index * stepMs)
  const known = cell.rates.findLastIndex(isKnown)
  const ask = hourClick({
    channel: cell.channel,
    from: first,
    to: first + times.length * stepMs,
    countedUpTo: first + (known + 1) * stepMs,
  })
  return (
    <li class="problem-cell" style={{ '--column': column }}>
      <p class="mini-head">
        <a {...linkTo(invalidView(cell.channel, { problem: row.counts.problem }))}>{cell.channel}</a>
        <span class="second">{latelyWords(cell)}</span>
      </p>
      <MiniChart
        times={times}
        stepMs={stepMs}
        values={cell.rates}
        max={row.max}
        top={top}
        zone={zone}
        {...(stepMs === HOUR_MS ? { onClick: ask } : {})}
      />
      <span class="visually-hidden">
        {row.counts.problem} on {cell.channel}: {latelyWords(cell)}
      </span>
    </li>
  )
}

/** `36.9 % today, 0.4 % before` */
function latelyWords({ lately, before }: ProblemCell): string {
  if (lately === null) return before === null ? '' : `${rate(before)}, not in the last 24 h`
  return before === null ? rate(lately) : `${rate(lately)}, before ${rate(before)}`
}

/** As high as some rows: what comes below doesn't jump far. */
export function ProblemRowsSkeleton() {
  return (
    <section aria-busy="true">
      <h2 class="section-head">Problems over time</h2>
      <div class="problems-empty" />
    </section>
  )
}
