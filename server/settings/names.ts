import { z } from 'zod'
import { settingsSchema } from './schema.ts'
import { type SettingFacts, settingFacts } from './setting.ts'

/** One setting under its three names. */
export interface SettingName {
  /** `receive.maxBodyBytes`: in the settings file, in messages, and as a flag (`--receive.maxBodyBytes`). */
  readonly path: string
  /** `TIDEWATCH_RECEIVE_MAX_BODY_BYTES` */
  readonly variable: string
  readonly facts: SettingFacts
  /** As a settings file would give it. */
  readonly initial: unknown
}

/** All settings, in the schema's order. */
export const SETTING_NAMES: readonly SettingName[] = namesBelow(settingsSchema, '')

const byPath = new Map(SETTING_NAMES.map((name) => [name.path, name]))

export function settingNamed(path: string): SettingName | null {
  return byPath.get(path) ?? null
}

/** Whether `path` is a group of settings, such as `receive`. */
export function isGroup(path: string): boolean {
  return SETTING_NAMES.some((name) => name.path.startsWith(`${path}.`))
}

function namesBelow(group: z.ZodObject, prefix: string): SettingName[] {
  return Object.entries(group.shape).flatMap(([key, schema]) => {
    const path = prefix + key
    if (schema instanceof z.ZodObject) return namesBelow(schema, `${path}.`)
    const facts = settingFacts.get(schema)
    if (facts === undefined || !(schema instanceof z.ZodPrefault)) throw new Error(`${path} was not made by setting()`)
    return [{ path, variable: variableOf(path), facts, initial: schema.def.defaultValue }]
  })
}

function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replace(/[A-Z]/g, (capital) => `_${capital}`)
  return `TIDEWATCH_${words.toUpperCase()}`
}
