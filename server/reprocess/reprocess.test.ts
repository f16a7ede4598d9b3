import { access } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readArchiveFiles } from '../../data/archive/archive-files.ts'
import { compact } from '../../data/archive/compact.ts'
import type { Keep } from '../../data/archive/part-name.ts'
import { readParts } from '../../data/archive/read-parts.ts'
import { type FilledArchive, openFilledArchive } from '../../data/archive/testing/filled-archive.ts'
import { createArchiveTurn } from '../../data/archive/turn.ts'
import { convertedFilePath, writeConvertedFile } from '../../data/converted/converted-file.ts'
import { TEST_HOUR, testIndex } from '../../data/counts/testing/converted-index.ts'
import type { KeptChoice } from '../../data/reprocess/choice.ts'
import { filesIn, makeSpoolFolders } from '../../data/spool/folders.ts'
import { stateFolders } from '../owner/state-folders.ts'
import { type ReprocessOptions, type ReprocessTally, reprocess } from './reprocess.ts'

const DOCUMENTS = ['d1', 'd2']

let filled: FilledArchive
let state: ReprocessOptions['state']
beforeEach(async () => {
  filled = await openFilledArchive()
  const { root, options } = filled
  state = { folders: stateFolders(root), database: options.db, write: options, turn: createArchiveTurn() }
  await makeSpoolFolders(state.folders.spool)
  for (const id of DOCUMENTS) {
    await filled.convert(`of ${id}`, [{ id, key: id, problem: 'invalid_revision' }])
    await filled.archive()
  }
})
afterEach(() => filled.close())

const ALL: KeptChoice = { problems: [], since: null, until: null, channel: null }

function run(signal = new AbortController().signal, choice = ALL): Promise<ReprocessTally> {
  return reprocess({ state, choice, isDryRun: false, signal, onProgress: () => undefined })
}

/** The segment that waits for a converter, once another than those does. */
function laid(...before: readonly string[]): Promise<string> {
  return vi.waitFor(
    async () => {
      const [name] = (await filesIn(state.folders.spool, 'reprocess')).filter(
        (file) => !file.endsWith('.aside') && !before.includes(file),
      )
      if (name === undefined) throw new Error('nothing is laid there yet')
      return name
    },
    { timeout: 20_000 },
  )
}

/** What a converter leaves that can convert all of it. */
async function convert(name: string): Promise<void> {
  const records = DOCUMENTS.map((id) => ({ id, at: TEST_HOUR, key: id }))
  await writeConvertedFile(state.folders.converted, testIndex(name, records), () => {
    return { kind: 'converted', payload: '{}', dropped: '' }
  })
}

function documentsIn(keep: Keep): Promise<string[]> {
  const { options, root } = filled
  const select = { select: 'document_id', rest: 'order by document_id' }
  return readParts(options.db, { root, keep }, select, (row) => row.text('document_id'))
}

test('files that are compacted while they are converted are found again, and taken once', async () => {
  const running = run()
  const first = await laid()
  const files = await readArchiveFiles(filled.options.db, { keep: 'quarantine' })
  await compact({ files }, { write: filled.options, root: filled.root, fileBytes: 1 << 20 })
  await convert(first)
  await convert(await laid(first))
  expect([...(await running)]).toEqual([['invalid_revision', { tried: 2, converted: 2, still: new Map() }]])
  expect(await documentsIn('archive')).toEqual(DOCUMENTS)
  expect(await documentsIn('quarantine')).toEqual([])
})

test('what ended the workers that converted it comes before a converter only where its problem is named', async () => {
  const [record] = testIndex('deadly', [{ id: 'deadly', channel: 'aurora', problem: 'bad_payload' }]).records
  const causes = [{ problem: 'bad_payload', field: 'conversion', value: 'it ended 2 workers' }] as const
  await filled.convert('deadly', [], { records: record === undefined ? [] : [{ ...record, causes }] })
  await filled.archive()
  const end = new AbortController()
  expect([...(await run(end.signal, { ...ALL, channel: 'aurora' }))]).toEqual([])
  const running = run(end.signal, { ...ALL, channel: 'aurora', problems: ['bad_payload'] })
  await laid()
  end.abort()
  await running
})

test('ended while a converter is at work, it leaves everything where it was and nothing in its way', async () => {
  const end = new AbortController()
  const running = run(end.signal)
  const name = await laid()
  end.abort()
  expect([...(await running)]).toEqual([])
  expect(await documentsIn('quarantine')).toEqual(DOCUMENTS)
  expect(await filesIn(state.folders.spool, 'reprocess')).toEqual([])
  await expect(access(convertedFilePath(state.folders.converted, name))).rejects.toThrow()
})
