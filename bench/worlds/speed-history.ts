import type { BuildHistory, ChannelHistory, History } from '../../data/counts/history.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'

/** Monday. */
const START: EpochMs = Date.UTC(2013, 8, 2)
const REASONS = ['idle-daily', 'saved-session', 'gather']
const DAYS_OF_A_BUILD = 7

/** How a number of series is made up: all of a channel is one, each of its reasons another. */
export interface Shape {
  readonly name: string
  readonly reasons: number
  readonly hasBuilds: boolean
}

/** Channels alone are the hardest: each is compared with all the others. */
export const SHAPES: readonly Shape[] = [
  { name: 'channels', reasons: 0, hasBuilds: false },
  { name: 'channels-with-reasons', reasons: 3, hasBuilds: true },
]

/** Counts with two peaks a day and quieter weekends, of very unequal channels, and nothing wrong with them. */
export function speedHistory(shape: Shape, series: number, hours: number): History {
  const channels = new Map<string, ChannelHistory>()
  const random = randomStream(7)
  for (let index = 0; index < series / (1 + shape.reasons); index++) {
    const perHour = 10 ** (1 + 4 * random())
    channels.set(`channel-${String(index).padStart(4, '0')}`, channelOf(shape, perHour, hours, random))
  }
  return { start: START, hours, coverage: new Float64Array(hours).fill(1), channels }
}

function channelOf(shape: Shape, perHour: number, hours: number, random: () => number): ChannelHistory {
  const received = new Float64Array(hours)
  const invalid = new Float64Array(hours)
  let stray = 0
  for (let hour = 0; hour < hours; hour++) {
    stray = 0.8 * stray + 0.01 * normal(random)
    const mean = perHour * tide(START + hour * HOUR_MS) * Math.exp(stray)
    received[hour] = Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
    invalid[hour] = Math.round((received[hour] ?? 0) * 0.02)
  }
  const reasons = new Map(
    REASONS.slice(0, shape.reasons).map((reason, index) => [
      reason,
      received.map((all) => Math.round(all * (0.5 - 0.15 * index))),
    ]),
  )
  return {
    received,
    invalid,
    reasons,
    problems: new Map([['bad_json', invalid]]),
    builds: shape.hasBuilds ? buildsOf(received) : new Map(),
    appVersions: new Map(),
    attributes: new Map(),
    discarded: new Map(),
  }
}

/** A build a day, taken up within two, gone after a week. */
function buildsOf(received: Float64Array): Map<string, BuildHistory> {
  const builds = new Map<string, BuildHistory>()
  for (let day = 0; day * 24 < received.length; day++) {
    const own = new Float64Array(received.length)
    for (let age = 0; age < DAYS_OF_A_BUILD * 24 && day * 24 + age < received.length; age++) {
      own[day * 24 + age] = Math.round(
        ((received[day * 24 + age] ?? 0) * Math.min(48, age + 1)) / (48 * DAYS_OF_A_BUILD),
      )
    }
    const id = new Date(START + day * 24 * HOUR_MS).toISOString().slice(0, 19).replace(/\D/g, '')
    const reasons = new Map(REASONS.slice(0, 2).map((reason) => [reason, own.map((count) => Math.round(count / 2))]))
    builds.set(id, {
      received: own,
      invalid: own.map((count) => Math.round(count * 0.02)),
      reasons,
      problems: new Map(),
    })
  }
  return builds
}

function tide(time: EpochMs): number {
  const hour = (time / HOUR_MS) % 24
  const day = new Date(time).getUTCDay()
  const weekend = day === 0 || day === 6 ? 0.82 : 1
  return (
    weekend * (1 + 0.3 * Math.sin(((hour - 9) / 24) * 2 * Math.PI) + 0.12 * Math.sin(((hour - 3) / 12) * 2 * Math.PI))
  )
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function randomStream(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
