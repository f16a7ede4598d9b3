import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { withScratch } from './scratch.mjs'

afterEach(() => vi.unstubAllEnvs())

test('a folder in memory is there while tests run, and gone with all in it when they ended', async () => {
  vi.stubEnv('TMPDIR', undefined)
  const folder = await withScratch(async ({ TMPDIR }) => {
    if (TMPDIR !== undefined) writeFileSync(join(TMPDIR, 'left'), 'x')
    return TMPDIR
  })
  // A machine with little memory has none.
  if (folder !== undefined) expect(existsSync(folder)).toBe(false)
})

test('it is gone, too, when tests could not be run', async () => {
  vi.stubEnv('TMPDIR', undefined)
  let folder: string | undefined
  const run = withScratch(async ({ TMPDIR }) => {
    folder = TMPDIR
    throw new Error('no tests')
  })
  await expect(run).rejects.toThrow('no tests')
  if (folder !== undefined) expect(existsSync(folder)).toBe(false)
})

test('whoever says where files go is obeyed', async () => {
  vi.stubEnv('TMPDIR', '/elsewhere')
  expect(await withScratch(async (env) => env)).toEqual({})
})
