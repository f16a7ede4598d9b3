import type { SeriesKey } from '../finding.ts'

/**
 * Somebody wants to know what the detectors measure ("why was nobody told?"). The detectors ask their conditions through a
 * `Trial`, so what is explained is what decides, and no threshold stands in two places. Nobody watches while the service
 * judges: then a trial ends with the first condition that doesn't hold, and costs nothing.
 */
export interface Probe {
  /** Before a detector looks at one window of one series. */
  begin(look: Look): Trial
  /** An alarm that isn't told, although all its conditions hold. */
  passedOver(alarm: PassedOver, why: PassedOverWhy): void
}

export type Detector =
  | 'loss'
  | 'few_submissions'
  | 'reason_share'
  | 'young_builds'
  | 'left_builds'
  | 'slow_decline'
  | 'all_channels'
  | 'surge'
  | 'invalid'
  | 'invalid_build'
  | 'discarded'
  | 'novelty'
  | 'gap'
  | 'fast_look'
  | 'stalled'

export interface Look {
  readonly detector: Detector
  readonly channel: string
  readonly series: SeriesKey
  readonly windowHours: number
}

export type PassedOver = Pick<Look, 'channel' | 'series' | 'windowHours'>

/** It was over long enough ago; all channels are told of instead; something that shows quicker is told of instead. */
export type PassedOverWhy = 'over' | 'all_channels' | 'quicker'

/**
 * What a detector asks. Logs: `loss` (of what was expected), `gain`, `sudden` (a loss within two hours), `others_loss` (of the
 * channel that fell least but for one in five), and the natural logs of probabilities `chance` and `blip`. Multiples:
 * `noise`, `own_noise`. Parts of one: `own_part`, `points` (of a rate above the usual), `share_loss`, `usual_share`, `spread`,
 * `unheard`, `emptiest`. `late` is in minutes. The rest are counts.
 */
export type Condition =
  | 'measured'
  | 'known_hours'
  | 'reference_days'
  | 'channels'
  | 'submissions'
  | 'affected'
  | 'loss'
  | 'gain'
  | 'others_loss'
  | 'sudden'
  | 'noise'
  | 'own_noise'
  | 'own_part'
  | 'points'
  | 'usual_share'
  | 'share_loss'
  | 'chance'
  | 'blip'
  | 'other_hours'
  | 'other_hours_lost'
  | 'build'
  | 'spread'
  | 'unheard'
  | 'per_hour'
  | 'quiet_minutes'
  | 'heard_minutes'
  | 'emptiest'
  | 'minutes_kept'
  | 'late'
  | 'stood_still'

/** What isn't a condition and bears on one: logs of what the series and its siblings did, of what a known holiday or changed clocks excuse, and what is asked beyond the usual. */
export type Circumstance =
  | 'own_movement'
  | 'shared_movement'
  | 'holiday'
  | 'clocks'
  | 'unknown_hours'
  | 'stricter'
  | 'expected'
  | 'seen'

export interface Trial {
  /**
   * Whether to go on: where nobody watches, whether the condition holds; else always. `value` is what there was, `needed` what had
   * to be.
   */
  needs(condition: Condition, holds: boolean, value: number, needed: number): boolean
  note(circumstance: Circumstance, value: number): void
  /** Asked at the end: whether all conditions held. */
  readonly isMet: boolean
}

/** Nobody watches: whoever gets to the end has met everything. */
export const UNWATCHED: Trial = { needs: (_, holds) => holds, note: () => undefined, isMet: true }

/** The first that is found among `all`; where somebody watches the others are looked at, too. */
export function firstFound<Of, Found>(
  all: Iterable<Of>,
  probe: Probe | undefined,
  look: (one: Of) => Found | null,
): Found | null {
  let first: Found | null = null
  for (const one of all) {
    const found = look(one)
    if (found === null) continue
    if (probe === undefined) return found
    first ??= found
  }
  return first
}
