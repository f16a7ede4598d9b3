import { newestBuilds } from '../../../alerts/gate/material-builds.ts'
import { readChannels } from '../../../data/counts/queries/read-channels.ts'
import { readCoverage, readFirstCovered } from '../../../data/counts/queries/read-coverage.ts'
import { readDiscarded } from '../../../data/counts/queries/read-discarded.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { DAY_MS, type EpochMs, HOUR_MS, MINUTE_MS, startOfHour } from '../../../data/domain/time.ts'
import { countsStamp } from '../answer-stamp.ts'
import type { ApiContext } from '../api-context.ts'
import { type JudgedBuild, judgeBuilds, readComparedBuilds } from '../gate/judge-builds.ts'
import type { Freshness } from '../types.ts'
import { discardedFrom, type OverviewInput, WEEK_HOURS, weekStart } from './build-overview.ts'

const FORECAST_MS = 3 * DAY_MS
const SLOW_FACTS_KEPT_MS = MINUTE_MS
const SLOW_FACTS_TOLD_MS = 10 * MINUTE_MS

/** What takes a look at months of counts to know, and hardly changes. */
interface SlowFacts {
  readonly askedAt: EpochMs
  /** Builds have no verdict while the judge is: they are asked about again as soon as it isn't. */
  readonly judgeWasBehind: boolean
  readonly builds: readonly JudgedBuild[]
  readonly channels: readonly string[]
  readonly firstHeard: EpochMs | null
}

type CountedFacts = Pick<OverviewInput, 'counts' | 'expectations' | 'coverage' | 'discarded'>

interface Asked {
  readonly from: EpochMs
  readonly now: EpochMs
  readonly countedUpTo: EpochMs
}

/**
 * Asks the database and the owner for everything an overview is made of. Counts are asked for when they have changed; what only months of counts can tell is asked anew
 * every minute, or when a channel reports that wasn't there before.
 */
export function createOverviewLoader(api: ApiContext): () => Promise<OverviewInput> {
  let kept: SlowFacts | null = null
  let counted: { readonly stamp: string; readonly counts: Promise<CountedFacts> } | null = null
  let asking: Promise<SlowFacts> | null = null

  async function slowFacts(reporting: ReadonlySet<string>, now: EpochMs, judgeIsBehind: boolean): Promise<SlowFacts> {
    const hasCaughtUp = kept?.judgeWasBehind === true && !judgeIsBehind
    const isFresh = kept !== null && now - kept.askedAt < SLOW_FACTS_KEPT_MS && !hasCaughtUp
    const knowsAll = kept !== null && [...reporting].every((channel) => kept?.channels.includes(channel))
    if (kept !== null && isFresh && knowsAll) return kept
    asking ??= readSlowFacts(api, now, judgeIsBehind)
      .then((facts) => {
        kept = facts
        return facts
      })
      .finally(() => {
        asking = null
      })
    // What is a minute old is told once more rather than waited for.
    if (kept !== null && knowsAll && now - kept.askedAt < SLOW_FACTS_TOLD_MS) {
      asking.catch(() => undefined)
      return kept
    }
    return asking
  }

  function countedFacts(asked: Asked): Promise<CountedFacts> {
    const { stamp } = countsStamp(api, { from: asked.from, to: asked.now + FORECAST_MS })
    if (counted?.stamp === stamp) return counted.counts
    const reading = { stamp, counts: readCountedFacts(api, asked) }
    counted = reading
    reading.counts.catch(() => {
      if (counted === reading) counted = null
    })
    return reading.counts
  }

  return async () => {
    const now = api.now()
    const freshness = api.freshness()
    const countedUpTo = Date.parse(freshness.counted_up_to)
    const from = weekStart(countedUpTo)
    const { counts, expectations, coverage, discarded } = await countedFacts({ from, now, countedUpTo })
    const { builds, channels, firstHeard } = await slowFacts(
      new Set(counts.map(({ key }) => key)),
      now,
      isJudgeBehind(freshness),
    )
    return {
      now,
      countedUpTo,
      freshness,
      receiveUrl: api.receiveUrl(),
      counts,
      expectations,
      coverage,
      discarded,
      builds,
      channels,
      incidents: api.incidents(),
      firstHeard,
      learning: (channel) => api.learning(channel),
    }
  }
}

async function readCountedFacts({ database }: ApiContext, { from, now, countedUpTo }: Asked): Promise<CountedFacts> {
  const [counts, expectations, coverage, discarded] = await Promise.all([
    readSeries(database, { from, to: startOfHour(now) + HOUR_MS, step: 'hour', by: 'channel', now }),
    readExpectations(database, { from, to: now + FORECAST_MS }),
    readCoverage(database, from, HOUR_MS, WEEK_HOURS),
    readDiscarded(database, {
      from: discardedFrom(countedUpTo),
      to: startOfHour(countedUpTo),
      step: 'whole',
      by: ['channel', 'cause'],
    }),
  ])
  return { counts, expectations, coverage, discarded }
}

function isJudgeBehind({ counted_up_to, judged_up_to }: Freshness): boolean {
  return judged_up_to === null || Date.parse(judged_up_to) < startOfHour(Date.parse(counted_up_to))
}

async function readSlowFacts(api: ApiContext, now: EpochMs, judgeIsBehind: boolean): Promise<SlowFacts> {
  const to = startOfHour(now) + HOUR_MS
  const [known, channels, firstHeard] = await Promise.all([
    readComparedBuilds(api, { from: to, to }),
    readChannels(api.database, to - WEEK_HOURS * HOUR_MS),
    readFirstCovered(api.database),
  ])
  const inUse = known.filter((build) => build.isInUse)
  const { builds } = await judgeBuilds(api, newestBuilds(inUse, { now, incidents: api.incidents() }), known)
  return { askedAt: now, judgeWasBehind: judgeIsBehind, builds, channels, firstHeard }
}
