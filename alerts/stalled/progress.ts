import { type EpochMs, HOUR_MS, MINUTE_MS, startOfHour } from '../../data/domain/time.ts'

/** How far the flow had come at a moment. */
export interface ProgressSample {
  readonly at: EpochMs
  /** Up to when everything is counted. */
  readonly countedUpTo: EpochMs
  /** End of the newest judged hour; null: nothing has been judged yet. */
  readonly judgedUpTo: EpochMs | null
}

/** The part of the flow that is behind, and how far it has come. */
export interface Lag {
  readonly what: 'counting' | 'judging'
  readonly reachedAt: EpochMs
  readonly lagMs: number
}

/** Whoever catches up gains on the clock by at least this; what doesn't is behind for longer than people should wait to hear of it. */
const CATCHING_UP_SPEED = 1.5
const LONGEST_OBSERVATION_MS = 5 * MINUTE_MS
/** Looks further apart than this (a machine that slept, a long round of judging) say nothing about what went on between. */
const LONGEST_PAUSE_MS = MINUTE_MS
const SAMPLES_APART_MS = 5000

/** `samples` and the new one, without those that no question needs any more. */
export function withSample(samples: readonly ProgressSample[], sample: ProgressSample): readonly ProgressSample[] {
  const last = samples.at(-1)
  if (last === undefined || sample.at - last.at > LONGEST_PAUSE_MS || sample.at < last.at) return [sample]
  const [first, second] = samples
  // A short time is measured between looks, so the newest is replaced until it is far enough from the one before it.
  const beforeLast = samples.at(-2)
  const kept = beforeLast !== undefined && last.at - beforeLast.at < SAMPLES_APART_MS ? samples.slice(0, -1) : samples
  const isFirstNeeded = first === undefined || second === undefined || sample.at - second.at < LONGEST_OBSERVATION_MS
  return [...(isFirstNeeded ? kept : kept.slice(1)), sample]
}

/** How far behind the flow is now: the more, of counting and judging; null: nothing is known. */
export function lagOf(samples: readonly ProgressSample[]): Lag | null {
  const now = samples.at(-1)
  if (now === undefined) return null
  const counting: Lag = { what: 'counting', reachedAt: now.countedUpTo, lagMs: now.at - now.countedUpTo }
  if (now.judgedUpTo === null) return counting
  // An hour is due when it is counted whole, and the next one only an hour later.
  const due = now.judgedUpTo + HOUR_MS
  const isDue = due <= startOfHour(now.countedUpTo)
  const judging: Lag = { what: 'judging', reachedAt: now.judgedUpTo, lagMs: isDue ? now.countedUpTo - due : 0 }
  return judging.lagMs > counting.lagMs ? judging : counting
}

/**
 * The lag of what is behind by more than `limitMs` and doesn't catch up; null: nothing is, or it hasn't been watched for long
 * enough to say so. A service that begins with a backlog, and works it off, isn't behind: it is busy.
 */
export function stalledLag(samples: readonly ProgressSample[], limitMs: number): Lag | null {
  const lag = lagOf(samples)
  const now = samples.at(-1)
  if (lag === null || now === undefined || lag.lagMs <= limitMs) return null
  const observedMs = Math.min(limitMs, LONGEST_OBSERVATION_MS)
  const then = samples.findLast(({ at }) => at <= now.at - observedMs)
  if (then === undefined) return null
  const reachedThen = lag.what === 'counting' ? then.countedUpTo : then.judgedUpTo
  if (reachedThen === null) return null
  return lag.reachedAt - reachedThen < CATCHING_UP_SPEED * (now.at - then.at) ? lag : null
}
