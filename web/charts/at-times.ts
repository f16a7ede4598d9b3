import type { SeriesAnswer } from '../../server/api/types.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from '../words/time.ts'
import type { Value } from './water.ts'

export const STEP_MS: Readonly<Record<SeriesAnswer['step'], number>> = {
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: WEEK_MS,
}

/** An answer's steps, which are equally long, in UTC: its times may be left out. */
type Steps = Pick<SeriesAnswer, 'from' | 'to' | 'step'>

/** Starts of an answer's steps as epoch milliseconds. */
export function startsOf({ from, to, step }: Steps): readonly number[] {
  const first = Date.parse(from)
  return Array.from(
    { length: Math.ceil((Date.parse(to) - first) / STEP_MS[step]) },
    (_, index) => first + index * STEP_MS[step],
  )
}

/** Where an answer's step that `time` lies in stands in its columns; may be outside of them. */
export function indexIn({ from, step }: Steps): (time: number) => number {
  const first = Date.parse(from)
  return (time) => Math.floor((time - first) / STEP_MS[step])
}

/** Of the answer's first series, the value of the step that a time lies in; null where the answer doesn't reach. */
export function valueAt(answer: SeriesAnswer | null): (time: number) => Value {
  const values = answer?.series[0]?.values
  if (answer === null || values === undefined) return () => null
  const at = indexIn(answer)
  return (time) => values[at(time)] ?? null
}
