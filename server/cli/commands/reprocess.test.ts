import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Readings } from '../../../data/archive/readings.ts'
import { type Database, openDatabase } from '../../../data/counts/database.ts'
import { commandApp } from '../../owner/command-app.ts'
import { type RunningServer, serveOnSocket } from '../../owner/serve-on.ts'
import { stateFolders } from '../../owner/state-folders.ts'
import type { Reprocessing, ReprocessRequest } from '../../reprocess/reprocessing.ts'
import { runCommandLine } from '../run-command-line.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-reprocess-'))
})
afterEach(() => rm(state, { recursive: true }))

async function reprocess(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const code = await runCommandLine(['reprocess', ...words, '--state', state], {
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    environment: {},
    currentFolder: state,
    stop: new AbortController().signal,
  })
  return { code, ...said }
}

test('a problem that trying again can’t mend is refused, with those that it can, alone and among others', async () => {
  for (const problems of ['dimension_mismatch', 'bad_json,dimension_mismatch']) {
    const { code, out, err } = await reprocess('--problem', problems)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain('--problem is "dimension_mismatch"')
    expect(err).toMatch(/use bad_histogram, unknown_histogram, missing_revision, .*, corrupted_data\n/)
  }
})

test('without a service it ends with 69: there may be nothing that doesn’t convert', async () => {
  const { code, out, err } = await reprocess()
  expect({ code, out }).toEqual({ code: 69, out: '' })
  expect(err).toContain(`no service runs on ${state}`)
})

describe('of a service', () => {
  let run: Reprocessing['run']
  let isStopping: boolean
  let database: Database
  let service: RunningServer
  beforeEach(async () => {
    isStopping = false
    const reprocessing = { run: (request: ReprocessRequest) => run(request), isStopping: () => isStopping, stop }
    database = await openDatabase(join(state, 'counts.duckdb'))
    const archive = { root: state, readings: new Readings() }
    const app = commandApp({ database, archive, reprocessing, now: Date.now, onImported: () => undefined })
    service = await serveOnSocket(app, stateFolders(state).socket)
  })
  afterEach(async () => {
    await service.stop()
    await database.close()
  })

  async function stop() {}

  const tally = (converted: number) => new Map([['bad_json', { tried: 2, converted, still: new Map() }]])

  test.each([
    { claim: 'all of it converts', converted: 2, code: 0 },
    { claim: 'something still doesn’t convert', converted: 1, code: 1 },
  ])('where $claim, it ends with $code', async ({ converted, code }) => {
    run = async () => tally(converted)
    expect(await reprocess()).toEqual({ code, out: `bad_json: ${converted} of 2 converted\n`, err: '' })
  })

  test('that is stopped before it was through, it ends with 69 and tells nothing for the whole', async () => {
    run = async () => {
      isStopping = true
      return tally(2)
    }
    const { code, out, err } = await reprocess()
    expect({ code, out }).toEqual({ code: 69, out: '' })
    expect(err).toContain('the service ended before')
  })

  test('that dies in the middle of it, it ends with 69', async () => {
    run = async ({ onProgress }) => {
      onProgress(tally(1), 1)
      setImmediate(() => service.stop())
      return new Promise(() => undefined)
    }
    const { code, out, err } = await reprocess()
    expect({ code, out }).toEqual({ code: 69, out: '' })
    expect(err).toContain('the service ended before')
  })

  test('that fails, it ends with 69 and says why', async () => {
    run = async () => {
      throw new Error('the disk is full')
    }
    expect(await reprocess()).toEqual({ code: 69, out: '', err: 'the disk is full\n' })
  })
})
