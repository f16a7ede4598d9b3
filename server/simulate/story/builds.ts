import { DAY_MS, type EpochMs, HOUR_MS, WEEK_MS } from '../../../data/domain/time.ts'
import type { BuildRhythm, ChannelProfile, Population } from './channels.ts'
import { type BuildEffect, type BuildFault, isBuildDayOfStory, type StoryEvent } from './events.ts'
import { randomStream } from './random.ts'

export interface Build {
  /** Dated in output time. */
  readonly buildId: string
  readonly appName: string
  readonly appVersion: string
  /** Story time; whole hours. */
  readonly releasedAt: EpochMs
  readonly faults: readonly { readonly event: StoryEvent; readonly effect: BuildEffect }[]
}

export interface BuildPlanOptions {
  readonly seed: number
  /** From story time to output time. */
  readonly shiftMs: number
  readonly faults: readonly BuildFault[]
}

/** The build that comes on the UTC day from `date` (story time) on; null: none does. */
export function buildOfDay(
  profile: ChannelProfile,
  population: Population,
  date: EpochMs,
  options: BuildPlanOptions,
): Build | null {
  const { rhythm } = population
  const random = randomStream(options.seed, 'build', profile.channel, population.appName, date / DAY_MS)
  if (!comesOn(rhythm, date, random())) return null
  const late = random()
  const hoursLate = rhythm.kind !== 'daily' || late < 0.7 ? 0 : late < 0.85 ? 1 : late < 0.95 ? -1 : 3
  const seconds = String(Math.floor(random() * 60)).padStart(2, '0')
  const releasedAt = date + (rhythm.hour + hoursLate) * HOUR_MS
  // A build that is tested first was made some days before it is released.
  const madeAt = rhythm.kind === 'daily' ? date : date - 3 * DAY_MS
  return {
    buildId: buildIdOf(madeAt + options.shiftMs, (rhythm.idTime + seconds).slice(0, 6)),
    appName: population.appName,
    appVersion: appVersionAt(rhythm.train, date),
    releasedAt,
    faults: options.faults.filter((fault) => {
      return fault.channels.includes(profile.channel) && date >= fault.from && date < fault.to
    }),
  }
}

/** The newest build released on or before the day of `date`. */
export function newestBuildBefore(
  profile: ChannelProfile,
  population: Population,
  date: EpochMs,
  options: BuildPlanOptions,
): Build {
  for (let day = date; day > date - 20 * WEEK_MS; day -= DAY_MS) {
    const build = buildOfDay(profile, population, day, options)
    if (build !== null) return build
  }
  throw new Error(`${profile.channel} ${population.appName} has no build in the 20 weeks before ${date}`)
}

/** Old builds of those who turned updates off, and how these users divide among them. */
export function heldBuilds(population: Population, before: EpochMs, shiftMs: number): readonly [Build, number][] {
  const weeksAndShares: readonly [number, number][] = [
    [18, 0.5],
    [30, 0.3],
    [48, 0.2],
  ]
  return weeksAndShares.map(([weeks, share]) => {
    const madeAt = before - weeks * WEEK_MS
    const build: Build = {
      buildId: buildIdOf(madeAt + shiftMs, `${population.rhythm.idTime}00`.slice(0, 6)),
      appName: population.appName,
      appVersion: appVersionAt(population.rhythm.train, madeAt),
      releasedAt: madeAt,
      faults: [],
    }
    return [build, share]
  })
}

const SHARE_OF_DAYS_WITHOUT_BUILD = 0.07

function comesOn(rhythm: BuildRhythm, date: EpochMs, chance: number): boolean {
  switch (rhythm.kind) {
    case 'daily':
      return isBuildDayOfStory(date) || chance >= SHARE_OF_DAYS_WITHOUT_BUILD
    case 'weekly':
      return new Date(date).getUTCDay() === 5
    case 'cycle':
      return isReleaseDay(date)
  }
}

/** 26 came on 10 December 2013; the next cycle was two weeks longer for the holidays, all others six weeks. */
const RELEASE_26 = Date.UTC(2013, 11, 10)
const RELEASE_27 = Date.UTC(2014, 1, 4)
const CYCLE_MS = 6 * WEEK_MS

function isReleaseDay(date: EpochMs): boolean {
  return releaseVersionAt(date) !== releaseVersionAt(date - DAY_MS)
}

function releaseVersionAt(time: EpochMs): number {
  if (time >= RELEASE_27) return 27 + Math.floor((time - RELEASE_27) / CYCLE_MS)
  return time >= RELEASE_26 ? 26 : 26 + Math.floor((time - RELEASE_26) / CYCLE_MS)
}

function appVersionAt(train: BuildRhythm['train'], time: EpochMs): string {
  // Trains move on the day before the release.
  const version = releaseVersionAt(train === 0 ? time : time + DAY_MS) + train
  return `${version}.0${train === 3 ? 'a1' : train === 2 ? 'a2' : ''}`
}

function buildIdOf(madeAt: EpochMs, time: string): string {
  return new Date(madeAt).toISOString().slice(0, 10).replaceAll('-', '') + time
}
