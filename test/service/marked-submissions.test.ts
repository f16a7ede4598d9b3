import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { openDatabase } from '../../data/counts/database.ts'
import { readHistory } from '../../data/counts/read-history.ts'
import { HOUR_MS } from '../../data/domain/time.ts'
import { removeFolder } from '../support/remove-folder.ts'
import { eventually, freePort, startTidewatch, type TidewatchProcess } from '../support/tidewatch-process.ts'

let state: string
let server: TidewatchProcess | null
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-marked-'))
  server = null
})
afterEach(async () => {
  await server?.kill()
  await removeFolder(state)
})

const seriesSchema = z.object({ series: z.array(z.object({ values: z.array(z.number().nullable()) })) })

async function submit({ receiveUrl }: TidewatchProcess, headers: Record<string, string>): Promise<string> {
  const id = randomUUID()
  const path = `/submit/telemetry/${id}/idle-daily/Firefox/29.0a1/nightly/20140116030201`
  const body = JSON.stringify({
    ver: 1,
    info: { appName: 'Firefox', revision: 'http://hg.mozilla.org/x/rev/0123456789ab' },
  })
  const answer = await fetch(receiveUrl + path, { method: 'POST', headers, body })
  expect(answer.status).toBe(200)
  return id
}

async function received({ dashboardUrl }: TidewatchProcess): Promise<number> {
  const now = Date.now()
  const from = new Date(now - 3_600_000).toISOString()
  const to = new Date(now + 3_600_000).toISOString()
  const url = `${dashboardUrl}/api/v1/series?metric=received&step=hour&channel=nightly&from=${from}&to=${to}`
  const { series } = seriesSchema.parse(await (await fetch(url)).json())
  return series.flatMap(({ values }) => values).reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

test("automation is kept and counted apart, whatever headers are kept; a debug id is found again and isn't counted", async () => {
  const running = await startTidewatch({
    state,
    receivePort: await freePort(),
    dashboardPort: await freePort(),
    environment: { TIDEWATCH_RECEIVE_KEEP_HEADERS: 'X-Debug-ID' },
  })
  server = running
  const plain = await submit(running, { 'X-Debug-ID': 'find-me' })
  const automated = await submit(running, { 'X-Source-Tags': 'automation', 'X-Debug-ID': 'find-me' })
  const rubbish = await submit(running, { 'X-Debug-ID': 'not one word' })
  await eventually('people are counted, automation is not', async () => ((await received(running)) === 2 ? true : null))
  expect(await running.stop()).toBe(0)
  server = null

  const folders = { readableFolders: [join(state, 'archive'), join(state, 'quarantine')] }
  const database = await openDatabase(join(state, 'tidewatch.duckdb'), folders)
  try {
    const files = ['archive', 'quarantine'].map((keep) => `'${join(state, keep)}/*/*/*.parquet'`)
    const rows = await Promise.all(
      files.map((file) =>
        database
          .read(
            `select document_id::varchar as id, automation, attributes::json->>'debug_id' as debug_id from read_parquet(${file})`,
            {},
            (row) => ({
              id: row.text('id'),
              automation: row.boolean('automation'),
              debugId: row.textOrNull('debug_id'),
            }),
          )
          .catch(() => []),
      ),
    )
    expect(new Set(rows.flat())).toEqual(
      new Set([
        { id: plain, automation: false, debugId: 'find-me' },
        { id: automated, automation: true, debugId: 'find-me' },
        { id: rubbish, automation: false, debugId: null },
      ]),
    )
    const counted = await database.read('select distinct attribute from attribute_counts', {}, (row) =>
      row.text('attribute'),
    )
    expect(counted).not.toContain('debug_id')
    expect(counted).not.toContain('source_tag')
    const hours = await database.read(
      'select automation, sum(submissions)::double as n from hourly_counts group by all order by all',
      {},
      (row) => [row.boolean('automation'), row.number('n')],
    )
    expect(hours).toEqual([
      [false, 2],
      [true, 1],
    ])
    // What the judge learns from and judges.
    const thisHour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
    const history = await readHistory(database, thisHour - 2 * HOUR_MS, thisHour + 2 * HOUR_MS)
    expect(history.channels.get('nightly')?.received.reduce((sum, count) => sum + count, 0)).toBe(2)
  } finally {
    await database.close()
  }
})
