import { settingNamed } from '../names.ts'
import type { GivenValue, Layer } from '../source.ts'

/** The settings given as flags: their texts by the setting's path. The command line has checked the names. */
export function flagLayer(flags: ReadonlyMap<string, string>): Layer {
  const values = new Map<string, GivenValue>()
  for (const [path, text] of flags) {
    const name = settingNamed(path)
    if (name === null) throw new Error(`--${path} is no setting's flag`)
    values.set(path, { value: name.facts.fromText(text), source: { kind: 'flag', flag: `--${path}` } })
  }
  return { values, problems: [] }
}
