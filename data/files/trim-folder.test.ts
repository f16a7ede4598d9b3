import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { trimFolder } from './trim-folder.ts'

test('old files go, and old folders that hold nothing; young files, and folders that somebody may be writing into, stay', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewatch-trim-'))
  try {
    for (const name of ['old', 'young', 'empty']) await mkdir(join(folder, name))
    for (const name of ['a', 'b', 'old/c', 'young/d']) await writeFile(join(folder, name), 'x')
    for (const name of ['a', 'old/c', 'old', 'empty']) await utimes(join(folder, name), 100, 100)
    expect(await trimFolder(folder, 200_000)).toBe(2)
    // Its file went just now: the next time.
    expect((await readdir(folder, { recursive: true })).sort()).toEqual(['b', 'old', 'young', 'young/d'])
    await utimes(join(folder, 'old'), 100, 100)
    expect(await trimFolder(folder, 200_000)).toBe(0)
    expect((await readdir(folder)).sort()).toEqual(['b', 'young'])
    expect(await trimFolder(join(folder, 'nowhere'), 200_000)).toBe(0)
  } finally {
    await rm(folder, { recursive: true })
  }
})
