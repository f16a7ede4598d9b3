import { z } from 'zod'

/** Windows that the judge looks through: a wish for another length would be one that nobody can keep. */
const LOSS_HOURS = [1, 2, 3, 6, 12, 24, 72] as const
const SURGE_HOURS = [3, 6, 12] as const
const RATE_HOURS = [1, 3, 6, 12, 24] as const

const wishes = {
  missing: sizes('percent', { least: 1, most: 95 }, LOSS_HOURS),
  surge: sizes('percent', { least: 5, most: 1000 }, SURGE_HOURS),
  invalid: sizes('points', { least: 0.1, most: 95 }, RATE_HOURS),
  discarded: sizes('points', { least: 0.1, most: 95 }, RATE_HOURS),
}

const FALSE_ALARMS = 'a number from 0.001 to 12'

export const falseAlarmsPerYear = z.number(FALSE_ALARMS).min(0.001, FALSE_ALARMS).max(12, FALSE_ALARMS)

/** One of `judge.sensitivity`. Each error is the end of "use …". */
export const sensitivitySetting = z
  .strictObject(
    {
      /** Absent: any. */
      channels: z.array(z.string('a name').min(1, 'a name'), 'a list of names, in which * is any text').optional(),
      ...wishes,
      falseAlarmsPerYear: falseAlarmsPerYear.optional(),
    },
    'such as {"channels": ["nightly"], "missing": {"percent": 30, "hours": 6}}',
  )
  .refine(
    ({ channels: _, ...wished }) => Object.values(wished).some((wish) => wish !== undefined),
    'at least one of missing, surge, invalid, discarded and falseAlarmsPerYear',
  )

export type SensitivitySetting = z.output<typeof sensitivitySetting>

/** One size or several, as ratios. */
function sizes(
  unit: 'percent' | 'points',
  { least, most }: { readonly least: number; readonly most: number },
  lengths: readonly number[],
) {
  const amount = `a number from ${least} to ${most}`
  const hours = `one of ${lengths.join(', ')}`
  const length = z.number(hours).refine((given) => lengths.includes(given), hours)
  const ratio = z.number(amount).min(least, amount).max(most, amount)
  const such = `such as {"${unit}": ${unit === 'percent' ? 30 : 2}, "hours": ${lengths.at(2)}}, or a list of such`
  const one =
    unit === 'percent'
      ? z
          .strictObject({ percent: ratio, hours: length }, such)
          .transform((own) => ({ ratio: own.percent / 100, hours: own.hours }))
      : z
          .strictObject({ points: ratio, hours: length }, such)
          .transform((own) => ({ ratio: own.points / 100, hours: own.hours }))
  return z.preprocess(
    (given) => (Array.isArray(given) || given === undefined ? given : [given]),
    z.array(one).min(1, such).optional(),
  )
}
