import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defaultLayer } from './layers/default-layer.ts'
import { CONFIG_VARIABLE, environmentLayer } from './layers/environment-layer.ts'
import { fileLayer } from './layers/file-layer.ts'
import { flagLayer } from './layers/flag-layer.ts'
import { type CheckedSettings, resolveSettings, type SettingsProblems } from './resolve-settings.ts'
import type { Layer } from './source.ts'

/** Read in the current folder, if it is there and no other file is named. */
const USUAL_FILE = 'tidewatch.yaml'

export interface SettingsInput {
  /** The settings among the flags: texts by the setting's path (`receive.listen`). */
  readonly flags: ReadonlyMap<string, string>
  /** `--config`; null: not given. */
  readonly configFile: string | null
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly currentFolder: string
}

/** Defaults < file < environment < flags. Relative paths are meant from the file's folder, or from the current one. */
export function loadSettings(input: SettingsInput): CheckedSettings | SettingsProblems {
  return resolveSettings([
    defaultLayer(),
    readFileLayer(input),
    environmentLayer(input.environment),
    flagLayer(input.flags),
  ])
}

function readFileLayer({ configFile, environment, currentFolder }: SettingsInput): Layer {
  const named = configFile ?? (environment[CONFIG_VARIABLE] || null)
  const file = resolve(currentFolder, named ?? USUAL_FILE)
  try {
    return fileLayer(file, readFileSync(file, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' && named === null) return { values: new Map(), problems: [] }
    if (typeof code !== 'string') throw error
    const from = configFile === null ? CONFIG_VARIABLE : '--config'
    const why = code === 'ENOENT' ? 'there is no such file' : code
    return { values: new Map(), problems: [`The settings file ${file} (from ${from}) can't be read: ${why}`] }
  }
}
