import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { YOUNG_HOURS } from '../judge/builds.ts'
import { logTailBound, sortedQuantile } from '../judge/statistics.ts'

/** What came of a build in one hour, and of its whole channel. */
export interface BuildHour {
  readonly received: number
  readonly invalid: number
  readonly channelReceived: number
}

/** The first hours of a build. */
export interface BuildStart {
  readonly buildId: string
  /** Start of the first hour in which it held 0.2 % of its channel. */
  readonly firstSeen: EpochMs
  /** By whole hours since then, without gaps in the count; null: nothing is known of that hour. */
  readonly hours: readonly (BuildHour | null)[]
}

/** Nine of ten earlier builds lie between low and high; the middle one has half of them on either side. */
export interface Envelope {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/** A build beside earlier ones of the same age. */
export interface Adoption {
  /** Earlier builds that it was compared with, */
  readonly builds: number
  /** over so many hours, all of them known. */
  readonly hours: number
  readonly received: number
  /** Submissions that so many hours of earlier builds would have brought, on a channel as large as it is now. */
  readonly expected: Envelope
  readonly invalid: number
  /** Of what earlier builds sent at this age, 0 to 1. */
  readonly usualInvalidRatio: Envelope
  /** null: within what is usual, or too little to say so. */
  readonly trouble: 'not_reporting' | 'reports_badly' | null
}

/** With fewer earlier builds nothing is said of how a build is adopted. */
export const LEAST_COMPARED = 5
const MOST_COMPARED = 20
/** Of a build's known hours an earlier one must know so much. */
const LEAST_KNOWN = 0.75
/** In its first two hours a build's share says little: they begin somewhere within the first. */
const LEAST_HOURS = 3
/** What it lacks must be half of what nine of ten earlier builds had, and not to be explained by chance. */
const LEAST_ADOPTED = 0.5
const LOG_UNLIKELY = Math.log(1e-6)
/** Users of one build are alike: their submissions stray by more than chance. */
const DISPERSION = 0.005
/** Twice the rate of nine of ten earlier builds, and five points above it. */
const INVALID_FACTOR = 2
const INVALID_POINTS = 0.05
const LEAST_INVALID = 8
/** One build's failing clients are few and send again and again. */
const INVALID_DISPERSION = 0.3
const INVALID_LOG_UNLIKELY = -14
/** Builds that appear within so many hours of the same time of day are taken up alike. */
const LIKE_HOURS = 3

/**
 * The builds that `build` is to be compared with: those seen before it for the first time, at about the same hour and on a like
 * day (Monday to Friday, weekend), because users take up what comes at night otherwise than what comes at noon; where there
 * are fewer than five such, at whatever hour. The newest twenty, oldest first.
 */
export function comparableBuilds<Build extends { readonly firstSeen: EpochMs }>(
  build: { readonly firstSeen: EpochMs },
  all: readonly Build[],
): readonly Build[] {
  const earlier = all.filter(({ firstSeen }) => firstSeen < build.firstSeen).sort((a, b) => a.firstSeen - b.firstSeen)
  const like = earlier.filter((other) => isLike(other.firstSeen, build.firstSeen))
  return (like.length >= LEAST_COMPARED ? like : earlier).slice(-MOST_COMPARED)
}

function isLike(a: EpochMs, b: EpochMs): boolean {
  const apart = Math.abs(a - b) % DAY_MS
  return isWeekend(a) === isWeekend(b) && Math.min(apart, DAY_MS - apart) <= LIKE_HOURS * HOUR_MS
}

function isWeekend(time: EpochMs): boolean {
  const day = new Date(time).getUTCDay()
  return day === 0 || day === 6
}

/**
 * The first hours of `own`, as far as they are known, beside the same hours of earlier builds; null with fewer than five of
 * those, or before three hours of it are known. Compared are shares of the channel over all these hours together, so the channel's tide cancels.
 */
export function compareAdoption(own: BuildStart, earlier: readonly BuildStart[]): Adoption | null {
  const hours = own.hours.slice(0, YOUNG_HOURS)
  const sums = sumOver(hours, hours)
  if (sums.hours < LEAST_HOURS) return null
  const compared = earlier.flatMap((other) => {
    const theirs = sumOver(other.hours, hours)
    return theirs.hours >= LEAST_KNOWN * sums.hours && theirs.channelReceived > 0 ? [theirs] : []
  })
  if (compared.length < LEAST_COMPARED) return null
  const share = envelopeOf(compared.map(({ received, channelReceived }) => received / channelReceived))
  const adoption = {
    builds: compared.length,
    hours: sums.hours,
    received: sums.received,
    expected: {
      low: share.low * sums.channelReceived,
      middle: share.middle * sums.channelReceived,
      high: share.high * sums.channelReceived,
    },
    invalid: sums.invalid,
    usualInvalidRatio: envelopeOf(compared.map(({ invalid, received }) => (received > 0 ? invalid / received : 0))),
  }
  return { ...adoption, trouble: troubleOf(adoption) }
}

function troubleOf({ received, expected, invalid, usualInvalidRatio }: Omit<Adoption, 'trouble'>): Adoption['trouble'] {
  const adopted = LEAST_ADOPTED * expected.low
  // The expectation, too, is only known from some builds: chance is asked against less of it.
  const isChance = logTailBound(received, 1.4 * adopted, DISPERSION) > LOG_UNLIKELY
  if (received < adopted && !isChance) return 'not_reporting'
  const { high } = usualInvalidRatio
  const tolerated = Math.max(INVALID_FACTOR * high, high + INVALID_POINTS) * received
  if (invalid < LEAST_INVALID || invalid <= tolerated) return null
  const foreseen = 1.3 * high * received + 1
  return logTailBound(invalid, foreseen, INVALID_DISPERSION) > INVALID_LOG_UNLIKELY ? null : 'reports_badly'
}

/** Of the hours that are known in `hours`, what is known of them in `asked` too. */
function sumOver(hours: readonly (BuildHour | null)[], asked: readonly (BuildHour | null)[]) {
  const sums = { hours: 0, received: 0, invalid: 0, channelReceived: 0 }
  for (const [age, own] of asked.entries()) {
    const hour = hours[age] ?? null
    if (own === null || hour === null) continue
    sums.hours++
    sums.received += hour.received
    sums.invalid += hour.invalid
    sums.channelReceived += hour.channelReceived
  }
  return sums
}

/** By age, the share of its channel that builds had; null where fewer than five of them are known at that age. */
export function adoptionByAge(builds: readonly BuildStart[], ages: number): readonly (Envelope | null)[] {
  return Array.from({ length: ages }, (_, age) => {
    const shares = builds.flatMap(({ hours }) => {
      const hour = hours[age] ?? null
      return hour === null || hour.channelReceived === 0 ? [] : [hour.received / hour.channelReceived]
    })
    return shares.length < LEAST_COMPARED ? null : envelopeOf(shares)
  })
}

function envelopeOf(values: readonly number[]): Envelope {
  const sorted = Float64Array.from(values).sort()
  return {
    low: sortedQuantile(sorted, 0.05),
    middle: sortedQuantile(sorted, 0.5),
    high: sortedQuantile(sorted, 0.95),
  }
}
