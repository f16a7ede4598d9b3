import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const packageJson = z.object({ name: z.literal('tidewatch'), version: z.string() })

/** This program's version: that of the nearest package.json above this file, wherever it was compiled to. */
export function version(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const parsed = packageJson.safeParse(readJson(join(folder, 'package.json')))
    if (parsed.success) return parsed.data.version
  }
  throw new Error(`no package.json of tidewatch above ${import.meta.url}`)
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}
