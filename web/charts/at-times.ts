import type { SeriesAnswer } from '../../server/api/types.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS, WEEK_MS } from '../words/time.ts'
import type { Value } from './water.ts'

export const STEP_MS: Readonly<Record<SeriesAnswer['step'], number>> = {
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: DAY_MS,
  week: WEEK_MS,
}

/** Starts of an answer's steps as epoch milliseconds: they are equally long, in UTC. */
export function startsOf({ times, step }: Pick<SeriesAnswer, 'times' | 'step'>): readonly number[] {
  // Two years have 17 520 hours: reading each of their times takes longer than drawing them.
  const first = Date.parse(times[0] ?? '')
  return times.map((_, index) => first + index * STEP_MS[step])
}

/** Where an answer's step that `time` lies in stands in its columns; may be outside of them. */
export function indexIn(answer: Pick<SeriesAnswer, 'times' | 'step'>): (time: number) => number {
  const first = Date.parse(answer.times[0] ?? '')
  return (time) => Math.floor((time - first) / STEP_MS[answer.step])
}

/** Of the answer's first series, the value of the step that a time lies in; null where the answer doesn't reach. */
export function valueAt(answer: SeriesAnswer | null): (time: number) => Value {
  const values = answer?.series[0]?.values
  if (answer === null || values === undefined) return () => null
  const at = indexIn(answer)
  return (time) => values[at(time)] ?? null
}
