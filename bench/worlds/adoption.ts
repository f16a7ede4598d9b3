import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import type { BuildPlan } from './spec.ts'

export interface WorldBuild {
  readonly buildId: string
  readonly releasedAt: EpochMs
}

/** Who runs what: parts of a channel's users by build, moving to the newest hour by hour. */
export interface Builds {
  /** Lets the hour from `time` on pass; parts add up to 1. */
  passHour(time: EpochMs, activity: number): readonly { readonly build: WorldBuild; readonly share: number }[]
}

const MEAN_HOURS = [10, 60, 500] as const
const TAIL_ENDS_AT = 0.003

interface Cohort {
  readonly build: WorldBuild
  shares: number[]
}

export function startBuilds(plan: BuildPlan, start: EpochMs): Builds {
  const classes = [plan.fast, plan.slow, 1 - plan.fast - plan.slow]
  let cohorts: Cohort[] = [{ build: buildAt(start - plan.everyDays * DAY_MS), shares: [...classes] }]
  return {
    passHour(time, activity) {
      const day = Math.floor(time / DAY_MS)
      const isBuildDay = day % plan.everyDays === 0
      if (isBuildDay && new Date(time).getUTCHours() === plan.hour) {
        cohorts.push({ build: buildAt(time), shares: [0, 0, 0] })
      }
      const newest = cohorts.at(-1)
      if (newest === undefined) throw new Error('there is always a build')
      const into = Math.floor((time - newest.build.releasedAt) / DAY_MS)
      const offered = plan.rollOut[into] ?? 1
      move(cohorts, newest, offered, classes, activity)
      const tail = cohorts.filter((own) => own !== newest && sum(own.shares) < TAIL_ENDS_AT)
      const eldest = cohorts.find((own) => !tail.includes(own))
      // The last users of an old build go unseen: they are counted with the oldest one that is still shown.
      if (eldest !== undefined) {
        for (const { shares } of tail) eldest.shares = eldest.shares.map((share, i) => share + (shares[i] ?? 0))
      }
      cohorts = cohorts.filter((own) => !tail.includes(own))
      return cohorts.map(({ build, shares }) => ({ build, share: sum(shares) }))
    },
  }
}

function buildAt(time: EpochMs): WorldBuild {
  const releasedAt = Math.floor(time / HOUR_MS) * HOUR_MS
  return { buildId: `${new Date(releasedAt).toISOString().replace(/\D/g, '').slice(0, 14)}`, releasedAt }
}

function move(
  cohorts: readonly Cohort[],
  newest: Cohort,
  offered: number,
  classes: readonly number[],
  activity: number,
): void {
  for (const [i, mean] of MEAN_HOURS.entries()) {
    const room = offered * (classes[i] ?? 0) - (newest.shares[i] ?? 0)
    if (room <= 0) continue
    const others = (classes[i] ?? 0) - (newest.shares[i] ?? 0)
    const moved = room * (1 - Math.exp(-activity / mean))
    for (const cohort of cohorts) {
      if (cohort === newest || others <= 0) continue
      cohort.shares[i] = (cohort.shares[i] ?? 0) * (1 - moved / others)
    }
    newest.shares[i] = (newest.shares[i] ?? 0) + moved
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
