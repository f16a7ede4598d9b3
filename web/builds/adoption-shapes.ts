import type { BuildsAnswer } from '../../server/api/types.ts'
import { dryGround, highest, isKnown, onlyWithin, type Ring, type Value, water } from '../charts/water.ts'
import { HOUR_MS } from '../words/time.ts'
import { type BuildAnswer, verdictWords } from './build-verdict.ts'

/** What a chart of one build's adoption draws; ages in hours, shares and rates 0 to 1. */
export interface AdoptionShapes {
  /** The chart's right end. */
  readonly horizon: number
  /** Upright lines and what is written under them; the first is 0, the last the horizon. */
  readonly ticks: readonly { readonly age: number; readonly label: string }[]
  readonly ages: readonly number[]
  readonly water: readonly Ring[]
  readonly low: readonly Value[]
  readonly high: readonly Value[]
  /** Where the build is below the water, judged hours only. */
  readonly dry: readonly Ring[]
  readonly seen: readonly Value[]
  readonly invalid: readonly Value[]
  /** The newest known age of the build; null: none is known. */
  readonly end: number | null
  /** Builds before it, the newest first. */
  readonly earlier: readonly EarlierLine[]
  /** The newest of all, where that is another. */
  readonly newer: { readonly buildId: string; readonly age: number; readonly share: number } | null
  /** The top of the share's scale, and of the invalid rate's. */
  readonly most: number
  readonly mostInvalid: number
  /** Earlier builds that the water is made of; null: not asked for yet. */
  readonly compared: number | null
}

type FailedBy = 'share' | 'invalid'

interface EarlierLine {
  readonly buildId: string
  /** Which of its lines it fails by; null: it doesn’t. */
  readonly failed: FailedBy | null
  readonly share: readonly Value[]
  readonly invalid: readonly Value[]
}

const HORIZONS = [24, 48, 72, 120, 168] as const
const LEAST_TOLD = 36
const MOST_EARLIER = 4
/** The share's scale ends so far above its highest line that words have room there. */
export const HEADROOM = 1.14
const LEAST_INVALID = 0.25

/** By which line the gate says no; null where it doesn't. */
export function failedBy(build: BuildAnswer): FailedBy | null {
  if (build.verdict !== 'fail') return null
  return verdictWords(build, []).word === 'reporting badly' ? 'invalid' : 'share'
}

/**
 * `build` is one of the answer's; `answer.builds` newest first. The running hour is no hour yet: nothing of it is drawn.
 * `countedUpTo`: epoch milliseconds.
 */
export function adoptionShapes(answer: BuildsAnswer, build: BuildAnswer, countedUpTo: number): AdoptionShapes {
  const at = answer.builds.indexOf(build)
  const shareOf = (one: BuildAnswer) => wholeHours(one, one.adoption.share, countedUpTo)
  const end = lastKnown(shareOf(build))
  const horizon = horizonFor(shareOf(build), answer.ages.length)
  const within = <T>(column: readonly T[]): readonly T[] => column.slice(0, horizon + 1)
  const ages = within(answer.ages)
  // Earlier builds of another one are no measure for it.
  const envelope = answer.envelope?.build_id === build.build_id ? answer.envelope : null
  const low = envelope === null ? ages.map(() => null) : within(envelope.low)
  const high = envelope === null ? ages.map(() => null) : within(envelope.high)
  const seen = within(shareOf(build))
  const invalid = within(wholeHours(build, build.adoption.invalid_rate, countedUpTo))
  const earlier = answer.builds.slice(at + 1, at + 1 + MOST_EARLIER).map((other) => ({
    buildId: other.build_id,
    failed: failedBy(other),
    share: within(shareOf(other)),
    invalid: within(wholeHours(other, other.adoption.invalid_rate, countedUpTo)),
  }))
  const judged = failedBy(build) === 'share' ? seen : []
  return {
    horizon,
    ticks: ageTicks(horizon),
    ages,
    water: water(ages, low, high, 0, ages.length),
    low,
    high,
    dry: dryGround(ages, judged, low, 'below'),
    seen,
    invalid,
    end: end === null ? null : Math.min(end, horizon),
    earlier,
    newer: newerThan(answer.builds.slice(0, Math.max(0, at)), shareOf),
    most: HEADROOM * (highest(high, seen, ...earlier.map(({ share }) => share)) || 1),
    mostInvalid:
      Math.max(LEAST_INVALID, highest(invalid, ...earlier.map((line) => line.invalid))) > LEAST_INVALID
        ? 1
        : LEAST_INVALID,
    compared: answer.envelope === null ? 0 : (envelope?.builds ?? null),
  }
}

/**
 * One and a half of its age, in a round number of days, and no more than is known. A build that others took the place of
 * is past its prime: of its long tail nothing is to be learnt.
 */
function horizonFor(share: readonly Value[], known: number): number {
  const end = lastKnown(share) ?? 0
  const prime = share.indexOf(highest(share))
  const told = Math.min(end, Math.max(LEAST_TOLD, 2 * prime))
  const wanted = HORIZONS.find((hours) => hours >= told * 1.5) ?? HORIZONS.at(-1) ?? 168
  return Math.max(1, Math.min(wanted, known - 1))
}

/** 48 → 0, 12 h, 24 h, 36 h, 48 h; 72 → 0, 1 d, 2 d, 3 d. */
export function ageTicks(horizon: number): AdoptionShapes['ticks'] {
  const step = horizon <= 24 ? 6 : horizon <= 48 ? 12 : horizon <= 120 ? 24 : 48
  const word = (age: number): string => (age === 0 ? '0' : step < 24 ? `${age} h` : `${age / 24} d`)
  return Array.from({ length: Math.floor(horizon / step) + 1 }, (_, index) => ({
    age: index * step,
    label: word(index * step),
  }))
}

function newerThan(
  newer: readonly BuildAnswer[],
  shareOf: (build: BuildAnswer) => readonly Value[],
): AdoptionShapes['newer'] {
  const [newest] = newer
  if (newest === undefined) return null
  const shares = shareOf(newest)
  const age = lastKnown(shares)
  const share = age === null ? null : shares[age]
  return age === null || !isKnown(share) ? null : { buildId: newest.build_id, age, share }
}

function wholeHours(build: BuildAnswer, column: readonly Value[], countedUpTo: number): readonly Value[] {
  const firstSeen = Date.parse(build.first_seen)
  return onlyWithin(column, (age) => firstSeen + (age + 1) * HOUR_MS <= countedUpTo)
}

function lastKnown(values: readonly Value[]): number | null {
  const index = values.findLastIndex(isKnown)
  return index < 0 ? null : index
}
