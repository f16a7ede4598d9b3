import type { Build } from './builds.ts'
import type { Population } from './channels.ts'

/** Part of a population that ran `build` during an hour, 0 to 1. */
export interface BuildShare {
  readonly build: Build
  readonly share: number
}

export interface Adoption {
  /** A build is there to be taken from now on. */
  release(build: Build): void
  /** Lets an hour pass in which users are `activeRatio` as active as on average; answers who ran what during it. */
  passHour(activeRatio: number): BuildShare[]
}

/** Below this share of the population a build's last users count as users of the newest: the tail has an end. */
const TAIL_ENDS_AT = 0.0025

/** Users take the newest build, each class at its own pace and only while they are active; so counts move in stairs. */
export function startAdoption(
  population: Population,
  first: Build,
  held: readonly (readonly [Build, number])[],
): Adoption {
  const updating = population.classes.reduce((sum, { share }) => sum + share, 0)
  const heldShares = held.map(([build, ratio]) => ({ build, share: ratio * (1 - updating) }))
  let newest = cohortOf(first, population)
  newest.shares = population.classes.map(({ share }) => share)
  let cohorts = [newest]
  return {
    release(build) {
      newest = cohortOf(build, population)
      cohorts.push(newest)
    },
    passHour(activeRatio) {
      const before = cohorts.map(total)
      population.classes.forEach(({ meanHours }, i) => {
        moveToNewest(cohorts, newest, i, 1 - Math.exp(-activeRatio / meanHours))
      })
      const shares = cohorts.map((cohort, i) => ({
        build: cohort.build,
        share: ((before[i] ?? 0) + total(cohort)) / 2,
      }))
      cohorts = withoutTail(cohorts, newest)
      return [...heldShares, ...shares]
    },
  }
}

/** Users of one build; `shares` by update class. */
interface Cohort {
  readonly build: Build
  shares: number[]
}

function cohortOf(build: Build, population: Population): Cohort {
  return { build, shares: population.classes.map(() => 0) }
}

function total(cohort: Cohort): number {
  let sum = 0
  for (const share of cohort.shares) sum += share
  return sum
}

function moveToNewest(cohorts: readonly Cohort[], newest: Cohort, classIndex: number, ratio: number): void {
  let moved = 0
  for (const cohort of cohorts) {
    if (cohort === newest) continue
    const leaving = (cohort.shares[classIndex] ?? 0) * ratio
    cohort.shares[classIndex] = (cohort.shares[classIndex] ?? 0) - leaving
    moved += leaving
  }
  newest.shares[classIndex] = (newest.shares[classIndex] ?? 0) + moved
}

function withoutTail(cohorts: readonly Cohort[], newest: Cohort): Cohort[] {
  return cohorts.filter((cohort) => {
    if (cohort === newest || total(cohort) >= TAIL_ENDS_AT) return true
    newest.shares = newest.shares.map((share, i) => share + (cohort.shares[i] ?? 0))
    return false
  })
}
