import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
