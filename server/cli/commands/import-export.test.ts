import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CsvSummary } from '../../../data/counts/csv/import-csv.ts'
import { openDatabase } from '../../../data/counts/database.ts'
import { controlApp } from '../../control/control-app.ts'
import { serveOnSocket } from '../../owner/serve-on.ts'
import { runCommandLine } from '../run-command-line.ts'

const COUNTS = 'hour,channel,submissions\n2014-01-16T14:00Z,nightly,5\n2014-01-16T15:00Z,nightly,7\n'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-import-'))
  await writeFile(join(folder, 'old.csv'), COUNTS)
})
afterEach(() => rm(folder, { recursive: true }))

async function tidewatch(words: string) {
  let out = ''
  let err = ''
  const code = await runCommandLine([...words.split(' '), '--state', join(folder, 'state')], {
    out: (text) => {
      out += text
    },
    err: (text) => {
      err += text
    },
    environment: {},
    currentFolder: folder,
    stop: new AbortController().signal,
  })
  return { code, out, err }
}

/** The database in other hands, as where `tidewatch serve` runs. */
async function withOwner(work: (imported: CsvSummary[]) => Promise<void>) {
  await tidewatch('export')
  const database = await openDatabase(join(folder, 'state', 'tidewatch.duckdb'))
  const imported: CsvSummary[] = []
  const app = controlApp({ database, now: Date.now, onImported: (summary) => imported.push(summary) })
  const server = await serveOnSocket(app, join(folder, 'state', 'owner.sock'))
  try {
    await work(imported)
  } finally {
    await server.stop()
    await database.close()
  }
}

const TOLD = '2 rows imported as "old": 12 submissions of nightly, 2014-01-16T14:00:00Z to 2014-01-16T15:00:00Z.\n'

test('what is imported is exported', async () => {
  expect(await tidewatch('import old.csv')).toEqual({ code: 0, out: TOLD, err: '' })
  const { code, out } = await tidewatch('export --from 2014-01-16T15:00Z')
  expect(code).toBe(0)
  expect(out.split('\n')).toEqual([
    'hour,channel,submissions,app_name,app_version,build_id,reason,outcome,problem,source,automation,recovered,bytes,coverage',
    '2014-01-16T15:00:00Z,nightly,7,UNKNOWN,UNKNOWN,UNKNOWN,UNKNOWN,accepted,none,old,false,0,0,1',
    '',
  ])
})

test('where an owner has the database, it imports and exports', async () => {
  await withOwner(async (imported) => {
    expect((await tidewatch('import old.csv')).out).toBe(TOLD)
    expect(imported).toMatchObject([{ source: 'old', rows: 2 }])
    expect((await tidewatch('import old.csv --dry-run --source other')).out).toContain('would be imported as "other"')
    expect(imported).toHaveLength(1)
    expect((await tidewatch('export --to 2014-01-16T15:00Z')).out).toContain('T14:00:00Z,nightly,5,')
  })
})

test('a file that is wrong is told line by line, by the owner too, and nothing is imported', async () => {
  await writeFile(join(folder, 'bad.csv'), 'hour,channel,submissions\n2014-01-16T14:30Z,a,1\n2014-01-16T14:00Z,a,x\n')
  const check = async () => {
    const { code, err } = await tidewatch('import bad.csv')
    expect(code).toBe(65)
    expect(err).toContain('bad.csv: line 2, hour is "2014-01-16T14:30Z"')
    expect(err).toContain('bad.csv: line 3, submissions is "x": use a whole number from 0')
  }
  await check()
  await withOwner(check)
  expect((await tidewatch('export')).out.split('\n')).toHaveLength(2)
})

test('a large file goes through the socket', async () => {
  const rows = Array.from({ length: 30_000 }, (_, n) => `2014-01-16T14:00Z,nightly,1,${n}`).join('\n')
  await writeFile(join(folder, 'large.csv'), `hour,channel,submissions,build_id\n${rows}\n`)
  await withOwner(async () => {
    const { out } = await tidewatch('import large.csv --json')
    expect(JSON.parse(out)).toMatchObject({ records: 30_000, submissions: 30_000 })
    await tidewatch('export --out all.csv')
    expect((await readFile(join(folder, 'all.csv'), 'utf8')).split('\n')).toHaveLength(30_002)
    expect(await readdir(folder)).not.toContainEqual(expect.stringContaining('aside'))
  })
})

describe('refused', () => {
  test.each([
    { words: 'import', code: 64, says: 'FILE' },
    { words: 'import missing.csv', code: 66, says: "missing.csv can't be read" },
    { words: 'import old.csv --source live', code: 64, says: '--source is "live"' },
    { words: 'export --from yesterday', code: 64, says: '--from is "yesterday": allowed is a whole hour in UTC' },
    { words: 'export --to 2014-01-16T14:30Z', code: 64, says: '--to is "2014-01-16T14:30Z"' },
  ])('$words', async ({ words, code, says }) => {
    const answer = await tidewatch(words)
    expect(answer.err).toContain(says)
    expect(answer.code).toBe(code)
  })
})
