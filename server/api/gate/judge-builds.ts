import {
  adoptionByAge,
  type BuildStart,
  comparableBuilds,
  compareAdoption,
  type Envelope,
} from '../../../alerts/gate/adoption.ts'
import { appearanceDue } from '../../../alerts/gate/appearance.ts'
import { wasBlamed } from '../../../alerts/gate/blamed.ts'
import { type GateFacts, type GateVerdict, gateVerdict } from '../../../alerts/gate/build-gate.ts'
import { YOUNG_HOURS } from '../../../alerts/judge/builds.ts'
import { type BuildStartRow, readBuildStarts } from '../../../data/counts/queries/read-build-starts.ts'
import { readSeenBuilds, type SeenBuild } from '../../../data/counts/queries/read-builds.ts'
import { readCoverage } from '../../../data/counts/queries/read-coverage.ts'
import { DAY_MS, type EpochMs, HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { groupBy } from '../group-by.ts'

/** Builds are compared with those that were first seen in so long a time before them. */
export const COMPARED_MS = 60 * DAY_MS

export interface JudgedBuild extends GateVerdict, Pick<GateFacts, 'adoption'> {
  readonly build: SeenBuild
}

export interface JudgedBuilds {
  /** As many as were asked for, in their order. */
  readonly builds: readonly JudgedBuild[]
  /** Of one of them, per channel: by age, what share of the channel earlier builds had, and how many they are. */
  readonly envelopes: ReadonlyMap<
    string,
    { readonly buildId: string; readonly builds: number; readonly byAge: readonly (Envelope | null)[] }
  >
}

/**
 * The gate's verdict on each of `asked`. `known`: every build that was first seen since `COMPARED_MS` before the first of
 * them. `ages`: for so many hours of age the envelopes are wanted, of the build `envelopeOf` or the newest.
 */
export async function judgeBuilds(
  api: ApiContext,
  asked: readonly SeenBuild[],
  known: readonly SeenBuild[],
  { ages = YOUNG_HOURS, envelopeOf }: { readonly ages?: number; readonly envelopeOf?: string | undefined } = {},
): Promise<JudgedBuilds> {
  const healthy = groupBy(
    witnessed(known).filter((build) => !wasBlamed(build, api.incidents())),
    ({ channel }) => channel,
  )
  const compared = new Map(asked.map((build) => [build, comparableBuilds(build, healthy.get(build.channel) ?? [])]))
  const starts = await readStarts(api, [...new Set([...asked, ...[...compared.values()].flat()])], ages)
  const startsOf = (builds: readonly SeenBuild[]) => builds.flatMap((build) => starts.get(keyOf(build)) ?? [])
  const completeHours = await completeHoursCounter(api, asked)
  const ascending = asked.toSorted((a, b) => a.firstSeen - b.firstSeen)
  const wanted = ascending.filter(({ buildId }) => buildId === envelopeOf)
  const shown = new Map((wanted.length > 0 ? wanted : ascending).map((build) => [build.channel, build]))
  return {
    builds: asked.map((build) => {
      const [own = null] = startsOf([build])
      const adoption = own === null ? null : compareAdoption(own, startsOf(compared.get(build) ?? []))
      const { channel, buildId } = build
      const facts = { ...general(api, channel), channel, buildId, seen: build, adoption, overdue: null }
      return { build, adoption, ...gateVerdict({ ...facts, completeHours: completeHours(build.firstSeen) }) }
    }),
    envelopes: new Map(
      [...shown].map(([channel, build]) => {
        const earlier = startsOf(compared.get(build) ?? [])
        return [channel, { buildId: build.buildId, builds: earlier.length, byAge: adoptionByAge(earlier, ages) }]
      }),
    ),
  }
}

/** The verdict on a build that nobody has seen. */
export async function judgeUnseen(
  api: ApiContext,
  { channel, buildId }: { readonly channel: string; readonly buildId: string },
  known: readonly SeenBuild[],
): Promise<GateVerdict> {
  const due = appearanceDue(
    buildId,
    witnessed(known).filter((build) => build.channel === channel),
  )
  const isTooOld = due === null || due < startOfHour(api.now()) - COMPARED_MS
  const completeHours = isTooOld ? null : await completeHoursCounter(api, [{ firstSeen: due }])
  const overdue = completeHours === null || due === null ? null : { since: due, completeHours: completeHours(due) }
  const facts = { ...general(api, channel), channel, buildId, seen: null, adoption: null, completeHours: 0 }
  return gateVerdict({ ...facts, overdue })
}

/**
 * All builds that a verdict on builds first seen between `from` and `to` may need, ascending by first seen.
 */
export function readComparedBuilds(
  { database, now }: Pick<ApiContext, 'database' | 'now'>,
  { from, to, channel }: { readonly from: EpochMs; readonly to: EpochMs; readonly channel?: string },
): Promise<SeenBuild[]> {
  const range = { from: from - COMPARED_MS, to, now: now() }
  return readSeenBuilds(database, channel === undefined ? range : { ...range, channel })
}

/** With the first counts come all builds that are in use: nobody saw how they were taken up. */
function witnessed(known: readonly SeenBuild[]): readonly SeenBuild[] {
  const beginnings = new Map<string, EpochMs>()
  for (const { channel, firstSeen } of known) {
    beginnings.set(channel, Math.min(firstSeen, beginnings.get(channel) ?? firstSeen))
  }
  return known.filter(({ channel, firstSeen }) => firstSeen >= (beginnings.get(channel) ?? firstSeen) + DAY_MS)
}

function general(api: ApiContext, channel: string) {
  const judgedHour = api.judgedHour()
  return {
    incidents: api.incidents(),
    now: api.now(),
    judgedUpTo: judgedHour === null ? null : judgedHour + HOUR_MS,
    learning: api.learning(channel),
  }
}

async function readStarts(
  api: ApiContext,
  builds: readonly SeenBuild[],
  hours: number,
): Promise<ReadonlyMap<string, BuildStart>> {
  const judgedHour = api.judgedHour()
  if (judgedHour === null) return new Map()
  const { database } = api
  const rows = await readBuildStarts(database, { builds, hours, to: judgedHour + HOUR_MS, now: api.now() })
  const firstSeen = new Map(builds.map((build) => [keyOf(build), build.firstSeen]))
  return new Map(rows.map((row) => [keyOf(row), startOf(row, firstSeen.get(keyOf(row)) ?? 0)]))
}

function startOf(row: BuildStartRow, firstSeen: EpochMs): BuildStart {
  const hours: BuildStart['hours'][number][] = Array.from({ length: (row.ages.at(-1) ?? -1) + 1 }, () => null)
  for (const [index, age] of row.ages.entries()) {
    hours[age] = {
      received: row.received[index] ?? 0,
      invalid: row.invalid[index] ?? 0,
      channelReceived: row.channelReceived[index] ?? 0,
    }
  }
  return { buildId: row.buildId, firstSeen, hours }
}

function keyOf({ channel, buildId }: { readonly channel: string; readonly buildId: string }): string {
  return JSON.stringify([channel, buildId])
}

/** How many judged hours since a time were listened to throughout; times before the first of `builds` aren't known. */
async function completeHoursCounter(
  api: ApiContext,
  builds: readonly { readonly firstSeen: EpochMs }[],
): Promise<(since: EpochMs) => number> {
  const judgedHour = api.judgedHour()
  if (builds.length === 0 || judgedHour === null) return () => 0
  const from = Math.min(...builds.map(({ firstSeen }) => firstSeen))
  const coverage = await readCoverage(api.database, from, HOUR_MS, Math.max(0, (judgedHour + HOUR_MS - from) / HOUR_MS))
  return (since) => coverage.slice((since - from) / HOUR_MS).filter((covered) => covered >= 1).length
}
