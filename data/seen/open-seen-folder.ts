import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { readReplaced } from './run.ts'
import { ASIDE, parseSeenFile, type SeenFile } from './seen-files.ts'

/**
 * What is to be read of a folder, by number, ascending: without what a crash left half written, and without files that a run replaces, which are
 * removed here. Others' files are none of ours.
 */
export async function openSeenFolder(
  folder: string,
): Promise<{ readonly files: readonly SeenFile[]; readonly lastNumber: number }> {
  const names = await readdir(folder)
  for (const name of names) if (name.endsWith(ASIDE)) await unlink(join(folder, name))
  const files = names
    .map((name) => parseSeenFile(folder, name))
    .filter((file) => file !== null)
    .sort((a, b) => a.number - b.number)
  const replaced = new Set<number>()
  for (const { kind, path } of files) {
    if (kind === 'run') for (const number of (await readReplaced(path)) ?? []) replaced.add(number)
  }
  for (const { number, path } of files) if (replaced.has(number)) await unlink(path)
  return { files: files.filter(({ number }) => !replaced.has(number)), lastNumber: files.at(-1)?.number ?? 0 }
}
