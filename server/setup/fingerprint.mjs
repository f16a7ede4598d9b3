// @ts-check
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './project.mjs'

/**
 * A hash over the names and contents of files and folders (with all that is below them), paths within the checkout.
 * Contents, not times: `git checkout` and `cp` change times of files that are the same.
 * @param {readonly string[]} paths
 */
export function fingerprint(paths) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap(filesBelow)) {
    const bytes = readFileSync(join(projectRoot, path))
    hash.update(`${path}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

/**
 * The files at or below `path`, sorted; none where nothing is there.
 * @param {string} path
 * @returns {string[]}
 */
export function filesBelow(path) {
  const found = statSync(join(projectRoot, path), { throwIfNoEntry: false })
  if (found === undefined) return []
  if (!found.isDirectory()) return [path]
  return readdirSync(join(projectRoot, path))
    .sort()
    .flatMap((name) => filesBelow(`${path}/${name}`))
}

/**
 * The JSON that a stamp file holds; null where it isn't there or can't be read.
 * @param {string} path
 * @returns {unknown}
 */
export function readStamp(path) {
  try {
    return JSON.parse(readFileSync(join(projectRoot, path), 'utf8'))
  } catch {
    return null
  }
}
