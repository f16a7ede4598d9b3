import { DAY_MS, type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { type Random, randomStream } from '../../server/simulate/story/random.ts'
import type { ChannelSpec, EventKind, Quirk, WorldEvent, WorldSpec } from './spec.ts'

export interface WorldQuirk {
  readonly quirk: Quirk
  /** `*` for a gap. */
  readonly channel: string
  readonly start: EpochMs
  readonly end: EpochMs
}

const OTHER_TIMES: readonly EventKind[] = ['same_outage_7_days_later', 'same_outage_14_days_later']
const KINDS: readonly EventKind[] = [
  'outage',
  'halving',
  'step_30',
  'leak',
  'region_lost',
  'dead_build',
  'bad_build',
  'staged_bad_build',
  'reason_of_builds',
  'problem_3',
  'surge',
]

/** Troubles from `from` to `to`, each on a channel where it can happen, with quiet days between them. */
export function drawEvents(world: WorldSpec, seed: number, from: EpochMs, to: EpochMs): WorldEvent[] {
  const random = randomStream(seed, world.name, 'events')
  const events: WorldEvent[] = []
  let kinds: EventKind[] = []
  let time = from + (1 + 2 * random()) * DAY_MS
  while (time < to) {
    if (kinds.length === 0) {
      kinds = shuffled(KINDS, random)
      // Where nothing at all can happen yet, later it can.
      time += DAY_MS / 4
    }
    const kind = kinds.shift() ?? 'outage'
    const start = from + Math.floor((time - from) / HOUR_MS) * HOUR_MS
    const able = world.channels.filter((channel) => canHappen(kind, channel) && isFree(events, channel.name, start))
    const channel = able[Math.floor(random() * able.length)]
    if (channel === undefined) continue
    const drawn = eventsOf(kind, channel, start, random)
    if (drawn.some(({ end }) => end > to)) break
    events.push(...drawn)
    time = (drawn[0]?.end ?? start) + (2 + 3 * random()) * DAY_MS
  }
  return events.sort((a, b) => a.start - b.start)
}

function canHappen(kind: EventKind, { builds, perHour }: ChannelSpec): boolean {
  if (kind === 'staged_bad_build') return builds.rollOut.length > 1
  if (kind === 'dead_build' || kind === 'bad_build' || kind === 'reason_of_builds') {
    return builds.rollOut.length === 1 && builds.everyDays <= 7 && perHour >= 1000
  }
  // A series too small to show a kind is no miss of the judge's; it says itself what it can't see.
  return kind === 'outage' || kind === 'halving' ? true : perHour >= (kind === 'step_30' ? 250 : 1000)
}

/** A channel has one trouble at a time, and some days between two. */
function isFree(events: readonly WorldEvent[], channel: string, start: EpochMs): boolean {
  return events.every(
    (event) => event.channel !== channel || event.end + 4 * DAY_MS < start || event.start > start + 22 * DAY_MS,
  )
}

function eventsOf(kind: EventKind, channel: ChannelSpec, start: EpochMs, random: Random): WorldEvent[] {
  const event = (hours: number, begin = start, own = kind): WorldEvent => ({
    kind: own,
    channel: channel.name,
    start: begin,
    end: begin + hours * HOUR_MS,
    materialFrom: begin,
  })
  switch (kind) {
    case 'outage': {
      const hours = channel.perHour >= 100 ? 4 + Math.floor(random() * 5) : 14
      return [event(hours), ...OTHER_TIMES.map((own, i) => event(hours, start + 7 * (i + 1) * DAY_MS, own))]
    }
    case 'leak':
      return [event(20 * 24)]
    case 'surge':
      return [event(12)]
    case 'problem_3':
      return [event(24)]
    case 'dead_build':
    case 'bad_build':
    case 'staged_bad_build':
    case 'reason_of_builds': {
      const { everyDays, hour } = channel.builds
      const days = Math.ceil(start / DAY_MS / everyDays) * everyDays
      const released = days * DAY_MS + hour * HOUR_MS
      const last = everyDays === 1 ? 5 : everyDays
      return [event(last * 24, released)]
    }
    default:
      return [event(72)]
  }
}

/** Harmless oddities, about three of each kind in twelve weeks. */
export function drawQuirks(world: WorldSpec, seed: number, from: EpochMs, to: EpochMs): WorldQuirk[] {
  const random = randomStream(seed, world.name, 'quirks')
  const count = Math.round((3 * (to - from)) / (84 * DAY_MS))
  return world.quirks.flatMap((quirk) =>
    quirk === 'backlog'
      ? []
      : Array.from({ length: count }, () => {
          const start = from + Math.floor((random() * (to - from)) / HOUR_MS) * HOUR_MS
          const channel = world.channels[Math.floor(random() * world.channels.length)]?.name ?? ''
          if (quirk === 'gap') {
            const begins = start + Math.round(random() * HOUR_MS)
            return { quirk, channel: '*', start: begins, end: begins + (2 + 7 * random()) * HOUR_MS }
          }
          return { quirk, channel, start, end: start + (quirk === 'problem_burst' ? 2 : 1) * HOUR_MS }
        }),
  )
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value)
}
