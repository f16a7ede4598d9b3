import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { quantileSorted } from 'simple-statistics'
import { type Database, openDatabase } from '../data/counts/database.ts'
import { mergeConverted } from '../data/counts/merge.ts'
import { testIndex } from '../data/counts/testing/converted-index.ts'
import { time } from '../data/counts/values.ts'
import { DAY_MS, type EpochMs, HOUR_MS, isoSeconds, SECOND_MS } from '../data/domain/time.ts'
import { openJournal } from '../data/journal/journal.ts'
import { openSeen } from '../data/seen/seen-store.ts'
import { ChangedHours } from '../server/api/http/changed-hours.ts'
import { startTestApi } from '../server/api/testing/test-api.ts'
import { CHANNELS, fillHistory, ROWS_PER_HOUR } from './counts-history.ts'
import { askedOf } from './options.ts'
import { atMost, type Floors, held, printResult, table } from './report.ts'

/** Of history, in the order in which it grows; the second is what the goals are about. */
const YEARS = [1, 2, 3, 4]
const QUICK_YEARS = [0.1, 0.2]

const NOW: EpochMs = Date.UTC(2014, 0, 16, 14)
/** A primary key over so many days is enough to see what it costs. */
const PEER_DAYS = 7
const yearsAgo = (years: number) => NOW - Math.round(years * 365.25) * DAY_MS

const QUESTIONS = [
  { name: 'overview', title: 'overview of all channels', goalMs: 5, path: () => '/api/v1/overview' },
  {
    name: 'hourly_60_days',
    title: '60 days hourly of nightly, with band',
    goalMs: 5,
    path: () => `/api/v1/series?${range(60)}&step=hour&channel=nightly`,
  },
  {
    name: 'daily_2_years',
    title: 'years daily by channel',
    goalMs: 5,
    path: (years: number) => `/api/v1/series?${range(Math.round(years * 365.25))}&step=day&by=channel`,
  },
  {
    name: 'by_build_60_days',
    title: '60 days hourly of nightly by build',
    goalMs: 10,
    path: () => `/api/v1/series?${range(60)}&step=hour&channel=nightly&by=build`,
  },
  {
    name: 'problems_week',
    title: 'problems of a week',
    goalMs: 10,
    path: () => `/api/v1/series?${range(7)}&step=hour&metric=invalid&by=problem`,
  },
] as const

const COLD_MS = 100
const FLOORS: Floors = {
  bytes_per_row: atMost(5, 'on disk, of a row of the counts by the hour'),
  merge_p95_ms: atMost(5, 'to merge 300 rows: counts, coverage and ledger'),
  ...Object.fromEntries(
    QUESTIONS.flatMap(({ name, title, goalMs }) => [
      [`${name}_warm_p50_ms`, atMost(goalMs, `${title}, kept`)],
      [`${name}_cold_ms`, atMost(COLD_MS, `${title}, the database just opened`)],
    ]),
  ),
}

const asked = askedOf({
  name: 'counts',
  about: `
Years of counts, 300 rows an hour: what a row takes on disk, what a merge takes, and how soon the API answers over HTTP: cold (the
database just opened), anew (nothing kept), and kept (nothing has changed). The peer answers the same questions from one table by plain
GROUP BY, and merges into a table with a primary key over the dimensions.

The goals are about ${YEARS[1]} years of history; of ${YEARS.join(', ')} it shows how answers take longer as the history grows.`,
  options: {
    quick: { about: `Of ${QUICK_YEARS.join(' and ')} years, with fewer rounds, for a first impression.` },
  },
  floors: FLOORS,
})
const isQuick = asked.isOn('quick')
const HISTORIES = isQuick ? QUICK_YEARS : YEARS
const MEASURED_YEARS = HISTORIES[1] ?? 2
const ROUNDS = isQuick ? 10 : 40
const MERGES = isQuick ? 30 : 150

function range(days: number): string {
  return `from=${isoSeconds(NOW - days * DAY_MS)}&to=${isoSeconds(NOW)}`
}

interface Answered {
  readonly coldMs: number
  readonly anewMs: readonly number[]
  readonly keptMs: readonly number[]
  readonly bytes: number
}

// Not among the system's temporary files: those may lie in memory, where a sync costs nothing.
const folder = await mkdtemp(join(process.cwd(), '.bench-counts-'))
try {
  await bench()
} finally {
  await rm(folder, { recursive: true })
}

async function bench(): Promise<void> {
  const path = join(folder, 'counts.duckdb')
  const growth: string[][] = []
  let measured: {
    rows: number
    bytes: number
    parts: readonly Part[]
    answers: Map<string, Answered>
    merges: Merges
    peer: Peer
  } | null = null
  for (const [at, years] of HISTORIES.entries()) {
    const db = await openDatabase(path)
    await fillHistory(db, yearsAgo(years), yearsAgo(HISTORIES[at - 1] ?? 0), NOW)
    await db.close()
    const answers = await askAll(path, years)
    growth.push([String(years), ...QUESTIONS.map(({ name }) => milliseconds(median(answers.get(name)?.anewMs ?? [])))])
    process.stderr.write(`${years} years of ${HISTORIES.at(-1)}\n`)
    if (years !== MEASURED_YEARS) continue
    const { size } = await stat(path)
    const rows = ((NOW - yearsAgo(years)) / HOUR_MS) * ROWS_PER_HOUR
    measured = {
      rows,
      bytes: size,
      parts: await measureParts(path, rows),
      answers,
      merges: await measureMerges(path),
      peer: await measurePeer(path),
    }
  }
  if (measured === null) throw new Error('nothing was measured')
  tell(measured, growth)
}

/** Each question of a database just opened, then again and again, after a change and without one. */
async function askAll(path: string, years: number): Promise<Map<string, Answered>> {
  const answers = new Map<string, Answered>()
  for (const { name, path: pathOf } of QUESTIONS) {
    const database = await openDatabase(path)
    const changed = new ChangedHours()
    const api = await startTestApi({ database, changed })
    api.now = NOW
    const ask = async () => {
      const startedAt = performance.now()
      const response = await api.get(pathOf(years))
      const body = await response.arrayBuffer()
      if (response.status !== 200)
        throw new Error(`${pathOf(years)} answers ${response.status}: ${new TextDecoder().decode(body)}`)
      return { ms: performance.now() - startedAt, bytes: body.byteLength }
    }
    const { ms: coldMs, bytes } = await ask()
    const anewMs: number[] = []
    const keptMs: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      changed.hoursChanged([NOW - HOUR_MS])
      anewMs.push((await ask()).ms)
      keptMs.push((await ask()).ms)
    }
    answers.set(name, { coldMs, anewMs, keptMs, bytes })
    await api.close()
    await database.close()
  }
  return answers
}

interface Part {
  readonly name: string
  readonly bytesPerRow: number
}

/** What each column of the counts by the hour takes: a segment ends where the next one in its block begins. */
async function measureParts(path: string, rows: number): Promise<Part[]> {
  const db = await openDatabase(path)
  const parts = await db.read(
    `with segments as (
       select column_name, block_id, block_offset,
         lead(block_offset, 1, (select any_value(block_size) from pragma_database_size()))
           over (partition by block_id order by block_offset) - block_offset as size
       from (select distinct column_name, block_id, block_offset from pragma_storage_info('hourly_counts')
             where persistent and block_id >= 0 and segment_type <> 'VALIDITY'))
     select column_name, sum(size)::double as bytes from segments group by all order by bytes desc`,
    {},
    (row) => ({ name: `hourly_counts.${row.text('column_name')}`, bytesPerRow: row.number('bytes') / rows }),
  )
  await db.close()
  return parts
}

interface Merges {
  /** The same number of rows into one table by itself, committed: what no merge can be faster than. */
  readonly floorMs: readonly number[]
  /** Counts, coverage and ledger, committed. */
  readonly countsMs: readonly number[]
  /** With what is remembered of documents, and the journal: two more syncs. */
  readonly wholeMs: readonly number[]
}

async function measureMerges(path: string): Promise<Merges> {
  const db = await openDatabase(path)
  const journal = await openJournal(join(folder, 'journal'))
  const seen = await openSeen({ folder: join(folder, 'seen') })
  const common = { now: NOW, duplicateWindowMs: 7 * DAY_MS, coverageToleranceMs: 15 * SECOND_MS }
  const timed = async (kind: string, rest: Pick<Parameters<typeof mergeConverted>[2], 'journal' | 'seen'>) => {
    const times: number[] = []
    for (let merge = 0; merge < MERGES; merge++) {
      const index = segment(`${kind}-${merge}`, NOW + merge * 10 * SECOND_MS)
      const startedAt = performance.now()
      await mergeConverted(db, index, { ...common, ...rest })
      times.push(performance.now() - startedAt)
    }
    // The first ones read what stands in the hour.
    return times.slice(5)
  }
  const floorMs = await measureFloor(db)
  const countsMs = await timed('counts', { journal: null, seen: null })
  const wholeMs = await timed('whole', { journal, seen })
  await seen.close()
  await journal.close()
  await db.close()
  return { floorMs, countsMs, wholeMs }
}

async function measureFloor(db: Database): Promise<number[]> {
  const cells = Array.from({ length: ROWS_PER_HOUR }, (_, n) => {
    return [
      NOW,
      'nightly',
      'Firefox',
      '29.0a1',
      `build ${n}`,
      'idle-daily',
      'accepted',
      'none',
      'floor',
      false,
      1,
      0,
      n,
    ]
  })
  const times: number[] = []
  for (let merge = 0; merge < MERGES; merge++) {
    const startedAt = performance.now()
    await db.inTransaction((transaction) => transaction.append('hourly_counts', cells))
    times.push(performance.now() - startedAt)
  }
  await db.inTransaction((transaction) => transaction.run("delete from hourly_counts where source = 'floor'"))
  return times.slice(5)
}

/** 300 submissions, each of other dimensions. */
function segment(name: string, at: EpochMs) {
  const records = Array.from({ length: ROWS_PER_HOUR }, (_, n) => ({
    at: at + n,
    key: `${name} ${n}`,
    channel: CHANNELS[n % 5] ?? 'nightly',
    reason: n % 2 === 0 ? 'idle-daily' : 'saved-session',
    buildId: `201401${String(10 + Math.floor(n / 10) / 3).slice(0, 2)}0${n % 3}0203`,
    attributes: { os: ['WINNT', 'Darwin', 'Linux'][n % 3] ?? 'WINNT', path_form: 'full' },
    ...(n % 30 === 0 ? { problem: 'bad_histogram' as const } : {}),
  }))
  const coverage = [{ receiver: 'edge-1', from: at, to: at + 10 * SECOND_MS }]
  return testIndex(name, records, { coverage, segmentCreatedAt: at })
}

interface Peer {
  readonly dailyMs: number
  readonly hourlyMs: number
  readonly bytesPerRow: number
  readonly mergeMs: readonly number[]
}

/** What one would write first, with the same rows and the same DuckDB. */
async function measurePeer(path: string): Promise<Peer> {
  const db = await openDatabase(path)
  const asked = async (sql: string) => {
    const times: number[] = []
    for (let round = 0; round < 5; round++) {
      const startedAt = performance.now()
      await db.read(sql, {}, (row) => row.number('n'))
      times.push(performance.now() - startedAt)
    }
    return median(times)
  }
  const counted = "outcome <> 'duplicate' and not automation"
  const dailyMs = await asked(
    `select date_trunc('day', hour) as day, channel, sum(submissions) as n from hourly_counts where ${counted} group by all order by all`,
  )
  const hourlyMs = await asked(
    `select hour, sum(submissions) as n from hourly_counts where ${counted} and channel = 'nightly'
     and hour >= epoch_ms(${NOW - 60 * DAY_MS}) group by all order by all`,
  )
  const rows = await db.read(
    'select * from hourly_counts where hour >= $from and hour < $to',
    { from: time(NOW - PEER_DAYS * DAY_MS), to: time(NOW) },
    (row) => [
      row.number('hour'),
      ...['channel', 'app_name', 'app_version', 'build_id', 'reason', 'outcome', 'problem'].map((name) =>
        row.text(name),
      ),
      row.number('submissions'),
      row.number('bytes'),
    ],
  )
  await db.close()
  const keyed = join(folder, 'peer.duckdb')
  const peer = await openDatabase(keyed)
  const columns = 'hour, channel, app_name, app_version, build_id, reason, outcome, problem'
  await peer.inTransaction((transaction) =>
    transaction.run(`create table keyed (hour timestamp, channel varchar, app_name varchar, app_version varchar, build_id varchar,
      reason varchar, outcome varchar, problem varchar, submissions bigint, bytes bigint, primary key (${columns}))`),
  )
  const { size: before } = await stat(keyed)
  await peer.inTransaction((transaction) => transaction.append('keyed', rows))
  await peer.checkpoint()
  const mergeMs: number[] = []
  for (let merge = 0; merge < Math.min(MERGES, 40); merge++) {
    const startedAt = performance.now()
    await peer.inTransaction(async (transaction) => {
      await transaction.run('create or replace temp table delta as from keyed limit 0')
      await transaction.append('delta', rows.slice(-ROWS_PER_HOUR))
      await transaction.run(`insert into keyed from delta on conflict do update set submissions = submissions + excluded.submissions,
        bytes = bytes + excluded.bytes`)
    })
    mergeMs.push(performance.now() - startedAt)
  }
  await peer.close()
  const { size } = await stat(keyed)
  return { dailyMs, hourlyMs, bytesPerRow: (size - before) / Math.max(1, rows.length), mergeMs }
}

function tell(
  {
    rows,
    bytes,
    parts,
    answers,
    merges,
    peer,
  }: {
    rows: number
    bytes: number
    parts: readonly Part[]
    answers: Map<string, Answered>
    merges: Merges
    peer: Peer
  },
  growth: readonly (readonly string[])[],
): void {
  const answerRows = QUESTIONS.map(({ name, title, goalMs }) => {
    const { coldMs = 0, anewMs = [], keptMs = [], bytes: size = 0 } = answers.get(name) ?? {}
    const times = [coldMs, median(anewMs), p95(anewMs), median(keptMs), p95(keptMs)].map(milliseconds)
    return [title, ...times, `${goalMs} ms`, `${Math.round(size / 1024)} KiB`]
  })
  const head = ['over HTTP', 'cold', 'anew p50', 'anew p95', 'kept p50', 'kept p95', 'goal, kept', 'answer']
  process.stdout.write(`${table(head, answerRows)}\n`)
  process.stdout.write(
    `${table(
      ['merge of 300 rows', 'p50', 'p95'],
      [
        ['floor: as many rows into one table', milliseconds(median(merges.floorMs)), milliseconds(p95(merges.floorMs))],
        ['counts, coverage, ledger', milliseconds(median(merges.countsMs)), milliseconds(p95(merges.countsMs))],
        ['… with journal and documents', milliseconds(median(merges.wholeMs)), milliseconds(p95(merges.wholeMs))],
        ['peer: primary key, upsert', milliseconds(median(peer.mergeMs)), milliseconds(p95(peer.mergeMs))],
      ],
    )}\n`,
  )
  const bytesPerRow = bytes / rows
  const other = bytesPerRow - parts.reduce((sum, part) => sum + part.bytesPerRow, 0)
  process.stdout.write(
    `${table(
      ['on disk', 'bytes a row'],
      [...parts, { name: 'all else, and what is free', bytesPerRow: other }].map((part) => [
        part.name,
        part.bytesPerRow.toFixed(2),
      ]),
    )}\n`,
  )
  const anew = (name: string) => median(answers.get(name)?.anewMs ?? [])
  process.stdout.write(
    `${table(
      ['', 'Tidewatch', 'peer', 'x'],
      [
        [
          'bytes a row on disk',
          bytesPerRow.toFixed(2),
          peer.bytesPerRow.toFixed(2),
          (peer.bytesPerRow / bytesPerRow).toFixed(1),
        ],
        [
          'years daily by channel, anew',
          milliseconds(anew('daily_2_years')),
          milliseconds(peer.dailyMs),
          (peer.dailyMs / anew('daily_2_years')).toFixed(1),
        ],
        [
          '60 days hourly, anew',
          milliseconds(anew('hourly_60_days')),
          milliseconds(peer.hourlyMs),
          (peer.hourlyMs / anew('hourly_60_days')).toFixed(1),
        ],
      ],
    )}\n`,
  )
  process.stdout.write(
    `${table(['years, anew p50', ...QUESTIONS.map(({ name }) => name.replaceAll('_', ' '))], growth)}\n`,
  )
  const reached: Record<string, number> = {
    bytes_per_row: rounded(bytesPerRow),
    merge_p95_ms: rounded(p95(merges.countsMs)),
  }
  const metrics: Record<string, number> = {
    rows,
    merge_floor_p50_ms: rounded(median(merges.floorMs)),
    merge_floor_p95_ms: rounded(p95(merges.floorMs)),
    merge_p50_ms: rounded(median(merges.countsMs)),
    merge_with_journal_p50_ms: rounded(median(merges.wholeMs)),
    merge_with_journal_p95_ms: rounded(p95(merges.wholeMs)),
    peer_merge_p95_ms: rounded(p95(peer.mergeMs)),
    peer_bytes_per_row: rounded(peer.bytesPerRow),
    peer_daily_ms: rounded(peer.dailyMs),
    peer_hourly_ms: rounded(peer.hourlyMs),
  }
  for (const { name } of QUESTIONS) {
    const answer = answers.get(name)
    if (answer === undefined) continue
    reached[`${name}_warm_p50_ms`] = rounded(median(answer.keptMs))
    reached[`${name}_cold_ms`] = rounded(answer.coldMs)
    metrics[`${name}_anew_p50_ms`] = rounded(median(answer.anewMs))
    metrics[`${name}_warm_p95_ms`] = rounded(p95(answer.keptMs))
  }
  printResult('counts', metrics, held(FLOORS, reached))
}

function median(times: readonly number[]): number {
  return quantile(times, 0.5)
}

function p95(times: readonly number[]): number {
  return quantile(times, 0.95)
}

function quantile(times: readonly number[], p: number): number {
  return times.length === 0
    ? Number.NaN
    : quantileSorted(
        times.toSorted((a, b) => a - b),
        p,
      )
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
