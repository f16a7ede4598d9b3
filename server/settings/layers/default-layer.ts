import { SETTING_NAMES } from '../names.ts'
import type { Layer } from '../source.ts'

export function defaultLayer(): Layer {
  const values = SETTING_NAMES.map(
    ({ path, initial }) => [path, { value: initial, source: { kind: 'default' } }] as const,
  )
  return { values: new Map(values), problems: [] }
}
