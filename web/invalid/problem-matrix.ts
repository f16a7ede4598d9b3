import type { ProblemsAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { highest, isKnown, type Value } from '../charts/water.ts'
import { DAY_MS } from '../words/time.ts'

export type ProblemCounts = ProblemsAnswer['problems'][number]

/** One problem, and how it goes on each channel that has it. */
export interface ProblemRow {
  readonly counts: ProblemCounts
  /** Channels in the order given; those that never had it in the range are left out. */
  readonly cells: readonly ProblemCell[]
  readonly without: readonly string[]
  /** Top of the scale that all cells share. */
  readonly max: number
}

export interface ProblemCell {
  readonly channel: string
  /** Share of what the channel received in each whole step; null: nothing is known, or nothing came. */
  readonly rates: readonly Value[]
  /** Of the last 24 hours of whole steps, and of all before them in the range; null: nothing is known. */
  readonly lately: number | null
  readonly before: number | null
  readonly submissions: number
}

/** The scale never spans less, so that noise at 0.1 % doesn't look like a crisis. */
const LEAST_SPAN = 0.05

/**
 * `series`: by channel, `received` by problem, the steps of which are `stepMs` long; `countedUpTo`: only steps that are
 * over by then are told, in epoch milliseconds.
 */
export function problemMatrix(
  problems: readonly ProblemCounts[],
  channels: readonly string[],
  series: ReadonlyMap<string, SeriesAnswer>,
  { stepMs, countedUpTo }: { readonly stepMs: number; readonly countedUpTo: number },
): readonly ProblemRow[] {
  const totals = new Map([...series].map(([channel, answer]) => [channel, totalsOf(answer)]))
  return problems.map((counts) => {
    const cells = channels.flatMap((channel) => {
      const answer = series.get(channel)
      const own = answer?.series.find(({ key, rest_of: rest }) => key.problem === counts.problem && rest === undefined)
      if (answer === undefined || own === undefined || highest(own.values) === 0) return []
      const whole = answer.times.map((time) => Date.parse(time) + stepMs <= countedUpTo)
      // Whole steps end where the newest of them does: of days, the last 24 hours are the last day.
      const since = Math.floor(countedUpTo / stepMs) * stepMs - DAY_MS
      return [cellOf(channel, answer.times, own.values, totals.get(channel) ?? [], whole, since)]
    })
    return {
      counts,
      cells,
      without: channels.filter((channel) => series.has(channel) && !cells.some((cell) => cell.channel === channel)),
      max: Math.max(LEAST_SPAN, highest(...cells.map(({ rates }) => rates))),
    }
  })
}

function cellOf(
  channel: string,
  times: readonly string[],
  values: readonly Value[],
  totals: readonly Value[],
  whole: readonly boolean[],
  since: number,
): ProblemCell {
  const isLate = times.map((time) => Date.parse(time) >= since)
  const share = (is: (index: number) => boolean): number | null => {
    const sum = (column: readonly Value[]) =>
      column.reduce<number>((all, value, index) => (is(index) && whole[index] === true ? all + (value ?? 0) : all), 0)
    const received = sum(totals)
    return received === 0 ? null : sum(values) / received
  }
  return {
    channel,
    rates: values.map((value, index) => {
      const received = totals[index]
      return whole[index] === true && isKnown(value) && isKnown(received) && received > 0 ? value / received : null
    }),
    lately: share((index) => isLate[index] === true),
    before: share((index) => isLate[index] !== true),
    submissions: values.reduce<number>((all, value) => all + (value ?? 0), 0),
  }
}

/** Of all problems and none. */
function totalsOf({ times, series }: SeriesAnswer): readonly Value[] {
  return times.map((_, index) => {
    const known = series.map(({ values }) => values[index]).filter((value) => value !== undefined && isKnown(value))
    return known.length === 0 ? null : known.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  })
}
