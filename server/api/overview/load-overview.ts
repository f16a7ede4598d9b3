import { readSeenBuilds } from '../../../data/counts/queries/read-builds.ts'
import { readChannels } from '../../../data/counts/queries/read-channels.ts'
import { readCoverage, readFirstCovered } from '../../../data/counts/queries/read-coverage.ts'
import { readExpectations } from '../../../data/counts/queries/read-expectations.ts'
import { readSeries } from '../../../data/counts/queries/read-series.ts'
import { DAY_MS, HOUR_MS, startOfHour } from '../../../data/domain/time.ts'
import type { ApiContext } from '../api-context.ts'
import { type OverviewInput, WEEK_HOURS, weekStart } from './build-overview.ts'

const FORECAST_MS = 3 * DAY_MS
const BUILDS_LOOK_BACK_MS = 60 * DAY_MS

/** Asks the database and the owner for everything an overview is made of. */
export async function loadOverview(api: ApiContext): Promise<OverviewInput> {
  const now = api.now()
  const freshness = api.freshness()
  const countedUpTo = Date.parse(freshness.counted_up_to)
  const from = weekStart(countedUpTo)
  const to = startOfHour(now) + HOUR_MS
  const [counts, expectations, coverage, builds, channels, firstHeard] = await Promise.all([
    readSeries(api.database, { from, to, step: 'hour', by: 'channel', now }),
    readExpectations(api.database, { from, to: now + FORECAST_MS }),
    readCoverage(api.database, from, HOUR_MS, WEEK_HOURS),
    readSeenBuilds(api.database, { from: now - BUILDS_LOOK_BACK_MS, to }),
    readChannels(api.database, from),
    readFirstCovered(api.database),
  ])
  return {
    now,
    countedUpTo,
    freshness,
    counts,
    expectations,
    coverage,
    builds,
    channels,
    incidents: api.incidents(),
    firstHeard,
    learning: (channel) => api.learning(channel),
  }
}
