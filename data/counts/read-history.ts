import { OTHER } from '../domain/dimensions.ts'
import { DISCARD_CAUSES, type DiscardCause } from '../domain/discard.ts'
import { isInvalid, NO_PROBLEM, OUTCOME_OF_PROBLEM, OUTCOMES, PROBLEMS, type Problem } from '../domain/outcome.ts'
import { type EpochMs, HOUR_MS } from '../domain/time.ts'
import type { Database } from './database.ts'
import type { BuildHistory, ChannelHistory, DiscardedHistory, History } from './history.ts'
import type { Interval } from './intervals.ts'
import { readJudgedCoverage } from './queries/read-coverage.ts'
import { readDiscarded } from './queries/read-discarded.ts'
import { JUDGED_SOURCE } from './raw-imports.ts'
import { type Params, time } from './values.ts'

/**
 * A stretch of history in memory that follows the counts: loaded once, then changed hour by hour. Its arrays are read
 * whole, so a day of nightly builds costs megabytes, not a query a series.
 */
export interface HistoryWindow {
  /** Ask for it anew after `refresh` and `slideTo`: either may change its arrays or replace them. */
  readonly history: History
  /** Reads these hours anew (re-opened ones); those outside the window are passed over. */
  refresh(hours: readonly EpochMs[]): Promise<void>
  /** Moves the window so that it ends at `to` (excluded), as long as it was. */
  slideTo(to: EpochMs): Promise<void>
}

/** The hours from `from` to `to` (excluded), both whole hours; sources are added up. */
export async function readHistory(db: Database, from: EpochMs, to: EpochMs): Promise<History> {
  return (await loadHistoryWindow(db, from, to)).history
}

export async function loadHistoryWindow(db: Database, from: EpochMs, to: EpochMs): Promise<HistoryWindow> {
  let kept = await readKept(db, from, to)
  let history = emptyHistory(from, (to - from) / HOUR_MS)
  await fill(db, history, kept, [{ from, to }])

  return {
    get history() {
      return history
    },
    async refresh(hours) {
      const { start } = history
      const end = start + history.hours * HOUR_MS
      const within = hours.filter((hour) => hour >= start && hour < end)
      if (within.length === 0) return
      const now = await readKept(db, start, end)
      if (!sameKept(kept, now)) {
        const anew = emptyHistory(start, history.hours)
        await fill(db, anew, now, [{ from: start, to: end }])
        history = anew
        kept = now
        return
      }
      for (const hour of within) clearHour(history, (hour - start) / HOUR_MS)
      await fill(
        db,
        history,
        kept,
        within.map((hour) => ({ from: hour, to: hour + HOUR_MS })),
      )
    },
    async slideTo(to) {
      const start = to - history.hours * HOUR_MS
      if (start === history.start) return
      const now = await readKept(db, start, to)
      const known = history.start + history.hours * HOUR_MS
      if (sameKept(kept, now) && start > history.start && start < known) {
        const moved = movedHistory(history, start)
        await fill(db, moved, now, [{ from: known, to }])
        history = moved
      } else {
        const anew = emptyHistory(start, history.hours)
        await fill(db, anew, now, [{ from: start, to }])
        history = anew
      }
      kept = now
    },
  }
}

/** Arrays that grow a series at a time; `History` is the read-only face of it. */
interface GrowingHistory extends History {
  readonly channels: Map<string, GrowingChannel>
}

interface GrowingChannel extends ChannelHistory {
  readonly reasons: Map<string, Float64Array>
  readonly problems: Map<Problem, Float64Array>
  readonly builds: Map<string, GrowingBuild>
  readonly appVersions: Map<string, Float64Array>
  readonly attributes: Map<string, Map<string, Float64Array>>
  readonly discarded: Map<DiscardCause, DiscardedHistory>
}

interface GrowingBuild extends BuildHistory {
  readonly reasons: Map<string, Float64Array>
  readonly problems: Map<Problem, Float64Array>
}

/**
 * The names that get a series of their own, for what clients may invent without end (builds, versions, attribute values):
 * those that held a five-hundredth of their channel on any day of the window, at most 400 a channel. The others are
 * `OTHER` together.
 */
interface Kept {
  readonly builds: readonly Name[]
  readonly versions: readonly Name[]
  readonly values: readonly Name[]
  /** By channel, the causes that anything was discarded for. */
  readonly causes: readonly Name[]
}

interface Name {
  readonly channel: string
  /** Empty where the name is no attribute's value. */
  readonly attribute: string
  readonly name: string
}

const KEPT_SHARE = 0.002
const KEPT_NAMES = 400

/** What the judge follows: people's own submissions, each once. */
const RECEIVED = `outcome <> 'duplicate' and not automation and ${JUDGED_SOURCE}`

async function readKept(db: Database, from: EpochMs, to: EpochMs): Promise<Kept> {
  const [builds, versions, values, causes] = await Promise.all([
    readKeptNames(
      db,
      from,
      to,
      `select channel, '' as attribute, build_id as name, hour, submissions
      from hourly_counts where ${RECEIVED}`,
    ),
    readKeptNames(
      db,
      from,
      to,
      `select channel, '' as attribute, app_version as name, hour, submissions
      from hourly_counts where ${RECEIVED}`,
    ),
    readKeptNames(
      db,
      from,
      to,
      `select channel, attribute, value as name, hour, submissions from attribute_counts where ${JUDGED_SOURCE}`,
    ),
    readKeptNames(
      db,
      from,
      to,
      `select channel, '' as attribute, cause as name, hour, submissions from discarded_counts
       where not automation and ${JUDGED_SOURCE}`,
    ),
  ])
  return { builds, versions, values, causes }
}

function readKeptNames(db: Database, from: EpochMs, to: EpochMs, rows: string): Promise<Name[]> {
  return db.read(
    `with daily as (
       select channel, attribute, name, hour::date as day, sum(submissions) as submissions
       from (${rows} and hour >= $from and hour < $to) group by all),
     shares as (
       select channel, attribute, name,
         submissions / sum(submissions) over (partition by channel, attribute, day) as share from daily),
     best as (select channel, attribute, name, max(share) as share from shares group by all)
     select channel, attribute, name from best where share >= $share
     qualify row_number() over (partition by channel, attribute order by share desc, name) <= $names
     order by all`,
    { from: time(from), to: time(to), share: KEPT_SHARE, names: KEPT_NAMES },
    (row) => ({ channel: row.text('channel'), attribute: row.text('attribute'), name: row.text('name') }),
  )
}

function sameKept(a: Kept, b: Kept): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function emptyHistory(start: EpochMs, hours: number): GrowingHistory {
  return { start, hours, coverage: new Float64Array(hours), channels: new Map() }
}

/** Adds the counts of `stretches` to arrays that hold zeros there. */
async function fill(db: Database, history: GrowingHistory, kept: Kept, stretches: readonly Interval[]): Promise<void> {
  for (const { from, to } of stretches) {
    history.coverage.set(await readJudgedCoverage(db, from, to), (from - history.start) / HOUR_MS)
    const range = { from: time(from), to: time(to), start: time(history.start) }
    await fillReasons(db, history, kept, range)
    await fillProblems(db, history, kept, range)
    await fillVersions(db, history, kept, range)
    await fillAttributes(db, history, kept, range)
    await fillDiscarded(db, history, { from, to })
  }
}

async function fillReasons(db: Database, history: GrowingHistory, kept: Kept, range: Params): Promise<void> {
  const rows = await readSeries(
    db,
    { kept: kept.builds, table: 'hourly_counts', name: 'build_id', by: 'reason', where: RECEIVED },
    range,
  )
  for (const series of rows) {
    const channel = channelOf(history, series.channel)
    const build = buildOf(channel, series.name, history.hours)
    const reason = series.by
    const arrays = [
      channel.received,
      build.received,
      arrayOf(channel.reasons, reason, history.hours),
      arrayOf(build.reasons, reason, history.hours),
    ]
    addSeries(arrays, series)
  }
}

async function fillProblems(db: Database, history: GrowingHistory, kept: Kept, range: Params): Promise<void> {
  // An import may say that submissions were rejected and not why: they stand under their outcome.
  const by = `case when problem = '${NO_PROBLEM}' then outcome else problem end`
  const where = `${RECEIVED} and outcome <> 'accepted'`
  const rows = await readSeries(db, { kept: kept.builds, table: 'hourly_counts', name: 'build_id', by, where }, range)
  for (const series of rows) {
    const problem = PROBLEMS.find((known) => known === series.by) ?? NO_PROBLEM
    const outcome = problem === NO_PROBLEM ? OUTCOMES.find((known) => known === series.by) : OUTCOME_OF_PROBLEM[problem]
    const channel = channelOf(history, series.channel)
    const build = buildOf(channel, series.name, history.hours)
    const arrays: Float64Array[] = []
    if (problem !== NO_PROBLEM) {
      arrays.push(arrayOf(channel.problems, problem, history.hours), arrayOf(build.problems, problem, history.hours))
    }
    // At age 0 `unknown_revision` is young, and so never part of `invalid` here.
    if (outcome !== undefined && isInvalid(outcome, problem, 0)) arrays.push(channel.invalid, build.invalid)
    addSeries(arrays, series)
  }
}

async function fillVersions(db: Database, history: GrowingHistory, kept: Kept, range: Params): Promise<void> {
  const rows = await readSeries(
    db,
    { kept: kept.versions, table: 'hourly_counts', name: 'app_version', by: "''", where: RECEIVED },
    range,
  )
  for (const series of rows) {
    addSeries([arrayOf(channelOf(history, series.channel).appVersions, series.name, history.hours)], series)
  }
}

async function fillAttributes(db: Database, history: GrowingHistory, kept: Kept, range: Params): Promise<void> {
  const rows = await readSeries(
    db,
    { kept: kept.values, table: 'attribute_counts', name: 'value', by: 'attribute', where: JUDGED_SOURCE },
    range,
  )
  for (const series of rows) {
    const { attributes } = channelOf(history, series.channel)
    const values = attributes.get(series.by) ?? new Map<string, Float64Array>()
    attributes.set(series.by, values)
    addSeries([arrayOf(values, series.name, history.hours)], series)
  }
}

async function fillDiscarded(db: Database, history: GrowingHistory, { from, to }: Interval): Promise<void> {
  for (const row of await readDiscarded(db, { from, to, step: 'hour', by: ['channel', 'cause'], isJudged: true })) {
    const cause = DISCARD_CAUSES.find((known) => known === row.cause)
    if (cause === undefined) continue
    const { discarded } = channelOf(history, row.channel)
    const arrays = discarded.get(cause) ?? noneDiscarded(history.hours)
    discarded.set(cause, arrays)
    const hour = (row.time - history.start) / HOUR_MS
    arrays.submissions[hour] = row.submissions
    arrays.typicalBytes[hour] = row.typicalBytes
    arrays.limitBytes[hour] = row.limitBytes
  }
}

function noneDiscarded(hours: number): DiscardedHistory {
  const zeros = () => new Float64Array(hours)
  return { submissions: zeros(), typicalBytes: zeros(), limitBytes: zeros() }
}

interface SeriesQuestion {
  readonly kept: readonly Name[]
  readonly table: 'hourly_counts' | 'attribute_counts'
  /** The column whose kept names get series of their own. */
  readonly name: string
  /** A second column that the series are split by, or `''`. */
  readonly by: string
  readonly where: string
}

interface Series {
  readonly channel: string
  readonly name: string
  readonly by: string
  readonly hours: readonly number[]
  readonly submissions: readonly number[]
}

/** One row a series, with lists of its hours and counts: a thousand rows instead of a million. */
async function readSeries(db: Database, question: SeriesQuestion, range: Params): Promise<Series[]> {
  const { kept, table, name, by, where } = question
  if (kept.length === 0) return []
  return db.read(
    `with kept as (select unnest($channels) as channel, unnest($attributes) as attribute, unnest($names) as name),
     hourly as (
       select channel, ${name} as name, ${by} as by_value, hour, sum(submissions) as submissions
       from ${table} where ${where} and hour >= $from and hour < $to group by all),
     named as (
       select hourly.channel, coalesce(kept.name, '${OTHER}') as name, by_value, hour, sum(submissions) as submissions
       from hourly left join kept on kept.channel = hourly.channel and kept.name = hourly.name
         and kept.attribute = ${table === 'attribute_counts' ? 'by_value' : "''"} group by all)
     select channel, name, by_value, list(date_diff('hour', $start, hour)::integer) as hours,
       list(submissions::double) as submissions
     from named group by all order by channel, name, by_value`,
    {
      ...range,
      channels: kept.map((each) => each.channel),
      attributes: kept.map((each) => each.attribute),
      names: kept.map((each) => each.name),
    },
    (row) => ({
      channel: row.text('channel'),
      name: row.text('name'),
      by: row.text('by_value'),
      hours: row.numbers('hours'),
      submissions: row.numbers('submissions'),
    }),
  )
}

function addSeries(arrays: readonly Float64Array[], { hours, submissions }: Series): void {
  for (const [position, hour] of hours.entries()) {
    const count = submissions[position] ?? 0
    for (const array of arrays) array[hour] = (array[hour] ?? 0) + count
  }
}

function channelOf(history: GrowingHistory, name: string): GrowingChannel {
  const known = history.channels.get(name)
  if (known !== undefined) return known
  const made: GrowingChannel = {
    received: new Float64Array(history.hours),
    invalid: new Float64Array(history.hours),
    reasons: new Map(),
    problems: new Map(),
    builds: new Map(),
    appVersions: new Map(),
    attributes: new Map(),
    discarded: new Map(),
  }
  history.channels.set(name, made)
  return made
}

function buildOf(channel: GrowingChannel, buildId: string, hours: number): GrowingBuild {
  const known = channel.builds.get(buildId)
  if (known !== undefined) return known
  const made: GrowingBuild = {
    received: new Float64Array(hours),
    invalid: new Float64Array(hours),
    reasons: new Map(),
    problems: new Map(),
  }
  channel.builds.set(buildId, made)
  return made
}

function arrayOf<K>(arrays: Map<K, Float64Array>, key: K, hours: number): Float64Array {
  const known = arrays.get(key)
  if (known !== undefined) return known
  const made = new Float64Array(hours)
  arrays.set(key, made)
  return made
}

function clearHour(history: GrowingHistory, index: number): void {
  mapHistory(history, (array) => {
    array[index] = 0
    return array
  })
}

/** The same arrays, `start` now at index 0; what is new at their end holds zeros. */
function movedHistory(history: GrowingHistory, start: EpochMs): GrowingHistory {
  const by = (start - history.start) / HOUR_MS
  const moved = mapHistory(history, (array) => {
    const made = new Float64Array(array.length)
    made.set(array.subarray(by))
    return made
  })
  return { ...moved, start }
}

function mapHistory(history: GrowingHistory, change: (array: Float64Array) => Float64Array): GrowingHistory {
  const mapBuild = (build: GrowingBuild): GrowingBuild => ({
    received: change(build.received),
    invalid: change(build.invalid),
    reasons: mapValues(build.reasons, change),
    problems: mapValues(build.problems, change),
  })
  const mapChannel = (channel: GrowingChannel): GrowingChannel => ({
    ...mapBuild(channel),
    builds: mapValues(channel.builds, mapBuild),
    appVersions: mapValues(channel.appVersions, change),
    attributes: mapValues(channel.attributes, (values) => mapValues(values, change)),
    discarded: mapValues(channel.discarded, ({ submissions, typicalBytes, limitBytes }) => ({
      submissions: change(submissions),
      typicalBytes: change(typicalBytes),
      limitBytes: change(limitBytes),
    })),
  })
  return { ...history, coverage: change(history.coverage), channels: mapValues(history.channels, mapChannel) }
}

function mapValues<K, A, B>(map: ReadonlyMap<K, A>, change: (value: A) => B): Map<K, B> {
  return new Map([...map].map(([key, value]) => [key, change(value)]))
}
