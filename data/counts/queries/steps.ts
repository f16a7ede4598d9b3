import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, WEEK_MS } from '../../domain/time.ts'

/** Lengths of the steps that series are counted in, all in UTC. */
export const STEP_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS, week: WEEK_MS } as const
export type Step = keyof typeof STEP_MS

/** Weeks begin on Mondays; 1 January 1970 was a Thursday. */
const FIRST_MONDAY: EpochMs = 4 * DAY_MS

/** Start of the step that holds `time`. */
export function startOfStep(time: EpochMs, step: Step): EpochMs {
  const origin = step === 'week' ? FIRST_MONDAY : 0
  return origin + Math.floor((time - origin) / STEP_MS[step]) * STEP_MS[step]
}

/** Starts of the steps that [from, to) reaches into, ascending; none where it is empty. */
export function stepsOf(from: EpochMs, to: EpochMs, step: Step): EpochMs[] {
  const first = startOfStep(from, step)
  const count = Math.max(0, Math.ceil((to - first) / STEP_MS[step]))
  return to <= from ? [] : Array.from({ length: count }, (_, i) => first + i * STEP_MS[step])
}
