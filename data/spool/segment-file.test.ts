import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { BLOCK_BYTES } from './block.ts'
import { blockMemory } from './block-memory.ts'
import { createSegmentFile } from './segment-file.ts'

/**
 * Whether the file system refuses `O_DIRECT`, as some do, how much of a write it takes at most (null: all of it), and what the files
 * were opened with.
 */
const disk = vi.hoisted(() => ({
  refuses: false,
  takesAtMost: null as number | null,
  opened: [] as unknown[],
}))
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>()
  const open: typeof real.open = async (path, flags, mode) => {
    const isDirect = typeof flags === 'number' && (flags & constants.O_DIRECT) !== 0
    if (String(path).endsWith('.v3')) disk.opened.push(isDirect ? 'direct' : 'buffered')
    const handle = await real.open(path, flags, mode)
    if (!disk.refuses || !isDirect) return takingSome(handle)
    // As Linux did for long: the file is there all the same.
    await handle.close()
    throw Object.assign(new Error('EINVAL: invalid argument, open'), { code: 'EINVAL' })
  }
  function takingSome(handle: FileHandle): FileHandle {
    const writev = handle.writev.bind(handle)
    const someOf = async (pieces: readonly NodeJS.ArrayBufferView[]) => {
      if (disk.takesAtMost === null) return await writev(pieces)
      const [first = Buffer.alloc(0)] = pieces
      return await writev([Buffer.from(first.buffer, first.byteOffset, Math.min(first.byteLength, disk.takesAtMost))])
    }
    return Object.assign(handle, { writev: someOf })
  }
  return { ...real, open }
})

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidewatch-segment-file-'))
  disk.refuses = false
  disk.takesAtMost = null
  disk.opened = []
})
afterEach(() => rm(folder, { recursive: true }))

function blocks(text: string): Buffer {
  const memory = blockMemory(BLOCK_BYTES)
  return memory.fill(text)
}

async function written(pieces: readonly Uint8Array[]): Promise<string> {
  const path = join(folder, 'a.v3')
  const file = await createSegmentFile(path)
  for (const piece of pieces) await file.append([piece])
  await file.sync()
  await file.close()
  return await readFile(path, 'latin1')
}

test('whole blocks go to the disk in one way, one behind the other', async () => {
  expect(await written([blocks('a'), blocks('b')])).toBe('a'.repeat(BLOCK_BYTES) + 'b'.repeat(BLOCK_BYTES))
  expect(disk.opened).toEqual(['direct'])
})

test('pieces of any other length and place in memory are written all the same, in order', async () => {
  const text = await written([blocks('a'), Buffer.from('odd'), blocks('b')])
  expect(text).toBe(`${'a'.repeat(BLOCK_BYTES)}odd${'b'.repeat(BLOCK_BYTES)}`)
})

test.each([
  { claim: 'at the end of a block', takesAtMost: BLOCK_BYTES },
  {
    claim: 'in the middle of a block, from where some disks go on only by way of the kernel’s memory',
    takesAtMost: 1000,
  },
])('a write that the system cuts short $claim is gone on with', async ({ takesAtMost }) => {
  disk.takesAtMost = takesAtMost
  const letters = ['a', 'b', 'c'].map((letter) => letter.repeat(BLOCK_BYTES))
  const memory = blockMemory(3 * BLOCK_BYTES)
  memory.write(letters.join(''))
  expect(await written([memory])).toBe(letters.join(''))
})

test('where the file system knows no direct writing, the file is one as any other', async () => {
  disk.refuses = true
  expect(await written([blocks('a'), Buffer.from('odd')])).toBe(`${'a'.repeat(BLOCK_BYTES)}odd`)
  expect(disk.opened).toEqual(['direct', 'buffered'])
})

test('a file that is there already is not touched', async () => {
  await written([blocks('a')])
  await expect(createSegmentFile(join(folder, 'a.v3'))).rejects.toMatchObject({ code: 'EEXIST' })
  expect(await readdir(folder)).toEqual(['a.v3'])
})
