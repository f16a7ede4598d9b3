/** A deviation that is worth telling: at least `ratio` (0.3 is 30 %, or 30 points of a rate) of `hours` hours. */
export interface WorthTelling {
  readonly ratio: number
  readonly hours: number
}

/**
 * What people want to be told of one channel, in place of the judge's own sizes; a kind that is absent is judged by those.
 * However small a size is asked for, chance isn't told: what must be missing is never less than the channel's own noise allows.
 */
export interface Sensitivity {
  /** Submissions missing: outages, drops and declines, of all submissions and of single reasons. */
  readonly loss?: readonly WorthTelling[]
  readonly surge?: readonly WorthTelling[]
  /** Points of the invalid rate above the usual one. */
  readonly invalid?: readonly WorthTelling[]
  /** Points of the share that is discarded. */
  readonly discarded?: readonly WorthTelling[]
  /** How many false alarms a year one channel may raise, about. */
  readonly falseAlarmsPerYear?: number
}

/** By channel. */
export type SensitivityOf = (channel: string) => Sensitivity

/** The judge's own sizes and its own care. */
export const USUAL_SENSITIVITY: Sensitivity = {}

/** What the judge's own thresholds are made for. */
export const USUAL_FALSE_ALARMS_PER_YEAR = 0.05

/**
 * The least part of a window of `hours` that is worth telling. 30 % of 6 hours is also 60 % of 3, which is as much, and 30 % of
 * 24: what goes on isn't told for being small once it has gone on for long.
 */
export function leastRatio(worth: readonly WorthTelling[] | undefined, hours: number, usual: number): number {
  if (worth === undefined) return usual
  return Math.min(...worth.map((own) => own.ratio * Math.max(1, own.hours / hours)))
}

/** The same as a positive log of what is left; what no loss can reach is infinite. */
export function leastLoss(worth: readonly WorthTelling[] | undefined, hours: number, usual: number): number {
  return -Math.log(Math.max(0, 1 - leastRatio(worth, hours, usual)))
}

/**
 * How many standard deviations must be exceeded so that chance does it as much more often, or less, as false alarms are allowed. The tail
 * of a normal distribution falls with exp(-k²/2), about.
 */
export function leastDeviations({ falseAlarmsPerYear }: Sensitivity, usual: number): number {
  if (falseAlarmsPerYear === undefined) return usual
  return Math.sqrt(usual ** 2 - 2 * Math.log(falseAlarmsPerYear / USUAL_FALSE_ALARMS_PER_YEAR))
}

/** The log of the probability below which counts are no chance, by the same reckoning. */
export function logUnlikely({ falseAlarmsPerYear }: Sensitivity, usual: number): number {
  if (falseAlarmsPerYear === undefined) return usual
  return usual + Math.log(falseAlarmsPerYear / USUAL_FALSE_ALARMS_PER_YEAR)
}

/** What is asked of one kind of rate. */
export interface RateSensitivity {
  readonly worth?: readonly WorthTelling[]
  readonly falseAlarmsPerYear?: number
}

export function ofInvalid({ invalid, falseAlarmsPerYear }: Sensitivity): RateSensitivity {
  return rateSensitivity(invalid, falseAlarmsPerYear)
}

export function ofDiscarded({ discarded, falseAlarmsPerYear }: Sensitivity): RateSensitivity {
  return rateSensitivity(discarded, falseAlarmsPerYear)
}

const USUAL: RateSensitivity = {}

function rateSensitivity(
  worth: readonly WorthTelling[] | undefined,
  falseAlarmsPerYear: number | undefined,
): RateSensitivity {
  if (worth === undefined && falseAlarmsPerYear === undefined) return USUAL
  return { ...(worth && { worth }), ...(falseAlarmsPerYear !== undefined && { falseAlarmsPerYear }) }
}
