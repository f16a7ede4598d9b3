import { mkdtemp, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openDatabase } from '../data/counts/database.ts'
import { DAY_MS, HOUR_MS } from '../data/domain/time.ts'
import { measureParts } from './counts-disk.ts'
import { fillHistory, NOW, ROWS_PER_HOUR } from './counts-history.ts'
import { measureMerges } from './counts-merges.ts'
import { measurePeer } from './counts-peer.ts'
import { askAll, QUESTIONS } from './counts-questions.ts'
import { type Measured, tell } from './counts-tell.ts'
import { median, milliseconds } from './counts-times.ts'
import { askedOf } from './options.ts'
import { atMost, type Floors } from './report.ts'

/** Of history, in the order in which it grows; the second is what the goals are about. */
const YEARS = [1, 2, 3, 4]
const QUICK_YEARS = [0.1, 0.2]

const yearsAgo = (years: number) => NOW - Math.round(years * 365.25) * DAY_MS

const COLD_MS = 100
const FLOORS: Floors = {
  bytes_per_row: atMost(5, 'on disk, of a row of the counts by the hour'),
  merge_p95_ms: atMost(5, 'to merge 300 rows: counts, coverage and ledger'),
  packing_ms: atMost(1000, 'for which merges wait, once a week, while one that is over is packed'),
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
database just opened), anew (nothing kept), and kept (nothing has changed), always while an hour goes on. The peer answers the same questions from one table by plain
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
const MERGES = isQuick ? 100 : 300
const PEER_MERGES = 40

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
  let measured: Measured | null = null
  let packingMs = 0
  for (const [at, years] of HISTORIES.entries()) {
    const db = await openDatabase(path)
    packingMs = Math.max(packingMs, await fillHistory(db, yearsAgo(years), yearsAgo(HISTORIES[at - 1] ?? 0), NOW))
    await db.close()
    const { size } = await stat(path)
    const answers = await askAll(path, years, ROUNDS)
    growth.push([String(years), ...QUESTIONS.map(({ name }) => milliseconds(median(answers.get(name)?.anewMs ?? [])))])
    process.stderr.write(`${years} years of ${HISTORIES.at(-1)}\n`)
    if (years !== MEASURED_YEARS) continue
    const rows = ((NOW - yearsAgo(years)) / HOUR_MS) * ROWS_PER_HOUR
    measured = {
      rows,
      bytes: size,
      parts: await measureParts(path, rows),
      answers,
      merges: await measureMerges(path, folder, MERGES),
      peer: await measurePeer(path, folder, PEER_MERGES),
      packingMs,
    }
  }
  if (measured === null) throw new Error('nothing was measured')
  tell(measured, growth, FLOORS)
}
