import { NO_PROBLEM, type ProblemOrNone } from '../../../data/domain/outcome.ts'
import type { ChannelProfile } from '../story/channels.ts'
import type { Random } from '../story/random.ts'
import type { ChannelRates, HourOfRates, SubmissionRate } from '../story/rates.ts'

/** Which submission comes next. */
export interface Draw {
  readonly profile: ChannelProfile
  readonly rate: SubmissionRate
  readonly problem: ProblemOrNone
}

export interface Lottery {
  /** Submissions per hour of all that can be drawn. */
  readonly perHour: number
  /** Each kind of submission as often as its rate says; null where nothing is sent at all. */
  draw(random: Random): Draw | null
}

/** Draws from the rates of `hour`, of the channels `wanted` or of all. */
export function lotteryOf(hour: HourOfRates, wanted: ReadonlySet<string> | null): Lottery {
  const entries = hour.channels
    .filter(({ profile }) => wanted === null || wanted.has(profile.channel))
    .flatMap((channel) => channel.rates.map((rate) => ({ channel, rate })))
  const upTo: number[] = []
  let perHour = 0
  for (const { rate } of entries) {
    perHour += rate.perHour
    upTo.push(perHour)
  }
  return {
    perHour,
    draw(random) {
      const entry = entries[placeOf(random() * perHour, upTo)]
      if (entry === undefined) return null
      return { profile: entry.channel.profile, rate: entry.rate, problem: drawnProblem(entry.channel, random) }
    },
  }
}

/** Index of the first sum above `point`; `upTo` ascends. */
function placeOf(point: number, upTo: readonly number[]): number {
  let low = 0
  let high = upTo.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((upTo[middle] ?? 0) > point) high = middle
    else low = middle + 1
  }
  return low
}

function drawnProblem({ problems }: ChannelRates, random: Random): ProblemOrNone {
  let left = random()
  for (const { problem, ratio } of problems) {
    left -= ratio
    if (left < 0) return problem
  }
  return NO_PROBLEM
}
