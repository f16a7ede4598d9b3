import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Readings } from '../../data/archive/readings.ts'
import { type Database, openDatabase } from '../../data/counts/database.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { commandApp } from './command-app.ts'
import { stateFolders } from './state-folders.ts'

let root: string
let database: Database
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tidewatch-commands-'))
  database = await openDatabase(join(root, 'counts.duckdb'))
})
afterEach(async () => {
  await database.close()
  await rm(root, { recursive: true })
})

/** More than are read at once. */
const ROWS = 6000
const rows = Array.from({ length: ROWS }, (_, n) => `${new Date(n * HOUR_MS).toISOString()},nightly,1\n`).join('')

/** Answers the import's status; its sender pauses before his last row until `pause` is over. */
async function importPausing(pause: Promise<void>, lastRow: string): Promise<number> {
  const encoder = new TextEncoder()
  async function* pieces() {
    yield encoder.encode(`hour,channel,submissions\n${rows}`)
    await pause
    yield encoder.encode(lastRow)
  }
  const archive = { root, readings: new Readings() }
  const app = commandApp({ database, archive, now: () => ROWS * HOUR_MS, onImported: () => undefined })
  const request = { method: 'POST', body: ReadableStream.from(pieces()), duplex: 'half' as const }
  const { status } = await app.request('/import?source=slow&dryRun=no', request)
  return status
}

test.each([
  { claim: 'comes in whole', lastRow: '2014-01-16T14:00Z,nightly,1\n', status: 200, submissions: ROWS + 1 },
  { claim: 'is refused whole', lastRow: 'yesterday,nightly,1\n', status: 422, submissions: 0 },
])('an import whose sender pauses holds up nobody, and $claim', async ({ lastRow, status, submissions }) => {
  const { promise: pause, resolve: goOn } = withResolvers()
  const importing = importPausing(pause, lastRow)
  // Until the rows so far have arrived.
  while ((await readdir(stateFolders(root).exchange).catch(() => [])).length === 0) await new Promise(setImmediate)
  await database.inTransaction((transaction) =>
    transaction.run(`insert into packed_weeks values ('2014-01-13 00:00:00', '2014-01-20 00:00:00')`),
  )
  goOn()
  expect(await importing).toBe(status)
  const counted = await database.read(
    'select coalesce(sum(submissions), 0)::bigint as n from hourly_counts',
    {},
    (row) => row.number('n'),
  )
  expect(counted).toEqual([submissions])
  expect(await readdir(stateFolders(root).exchange)).toEqual([])
})

function withResolvers() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
