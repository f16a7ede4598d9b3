import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../data/counts/database.ts'
import { stateFolders } from '../owner/state-folders.ts'
import { rebuildState } from './rebuild-state.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'tidewatch-rebuild-state-'))
  await mkdir(join(state, 'rebuilding'))
  await mkdir(join(state, 'journal'))
  const lost = { kind: 'coverage', key: 'one 0', writtenAt: 5, body: { receiver: 'one', from: 0, to: 5 } }
  await writeFile(join(state, 'journal/2014-01.jsonl'), `${JSON.stringify(lost)}\n`)
})
afterEach(() => rm(state, { recursive: true }))

const rebuild = () =>
  rebuildState({
    folders: stateFolders(state),
    now: Date.UTC(2014, 0, 16),
    coverageToleranceMs: 6000,
    duplicateWindowMs: 1,
    keepMinuteMs: 1,
    anyway: false,
  })

test('beside another rebuild it changes nothing; what a killed one left is thrown away', async () => {
  const begun = join(state, 'rebuilding/tidewatch.duckdb')
  const another = await openDatabase(begun)
  await expect(rebuild()).rejects.toThrow('another "tidewatch rebuild" is at work')
  expect([existsSync(begun), existsSync(join(state, 'tidewatch.duckdb'))]).toEqual([true, false])
  await another.close()
  expect(await rebuild()).toMatchObject({ kind: 'rebuilt' })
  await writeFile(join(state, 'tidewatch.duckdb'), 'damaged')
  await mkdir(join(state, 'rebuilding'))
  await writeFile(begun, 'half a database')
  expect(await rebuild()).toMatchObject({ kind: 'rebuilt' })
})
