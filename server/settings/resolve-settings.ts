import type { z } from 'zod'
import { fittingProblems } from './fit-together.ts'
import { SETTING_NAMES, type SettingName } from './names.ts'
import { type ResolvedSetting, settingPartProblem, settingProblem } from './resolved-setting.ts'
import { type Settings, settingsSchema } from './schema.ts'
import type { Layer } from './source.ts'

/** Settings that are allowed and fit together, and where each of them came from. */
export interface CheckedSettings {
  readonly kind: 'settings'
  readonly settings: Settings
  /** Every setting, in the schema's order. */
  readonly resolved: readonly ResolvedSetting[]
}

/** Everything that is wrong, a sentence each. */
export interface SettingsProblems {
  readonly kind: 'problems'
  readonly problems: readonly string[]
}

/** Lays `layers` upon each other, the weakest first, and checks what comes of it. */
export function resolveSettings(layers: readonly Layer[]): CheckedSettings | SettingsProblems {
  const checked = checkSettings(SETTING_NAMES.map((name) => resolveSetting(name, layers)))
  const layerProblems = layers.flatMap((layer) => layer.problems)
  if (layerProblems.length === 0) return checked
  return { kind: 'problems', problems: [...layerProblems, ...(checked.kind === 'problems' ? checked.problems : [])] }
}

export function checkSettings(resolved: readonly ResolvedSetting[]): CheckedSettings | SettingsProblems {
  const parsed = settingsSchema.safeParse(nested(resolved))
  if (!parsed.success) return { kind: 'problems', problems: valueProblems(resolved, parsed.error) }
  const problems = fittingProblems(parsed.data, resolved)
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings: parsed.data, resolved }
}

function resolveSetting(name: SettingName, layers: readonly Layer[]): ResolvedSetting {
  const [chosen, ...overridden] = layers.flatMap((layer) => layer.values.get(name.path) ?? []).reverse()
  if (chosen === undefined) throw new Error(`${name.path} has no default`)
  return { name, chosen, overridden }
}

/** `{receive: {listen: …}}` from `receive.listen`. */
function nested(resolved: readonly ResolvedSetting[]): Record<string, unknown> {
  return groupOf(resolved.map(({ name, chosen }) => ({ path: name.path.split('.'), value: chosen.value })))
}

interface PlacedValue {
  readonly path: readonly string[]
  readonly value: unknown
}

function groupOf(placed: readonly PlacedValue[]): Record<string, unknown> {
  const group: Record<string, unknown> = {}
  const below = new Map<string, PlacedValue[]>()
  for (const { path, value } of placed) {
    const [key = '', ...rest] = path
    if (rest.length === 0) group[key] = value
    else below.set(key, [...(below.get(key) ?? []), { path: rest, value }])
  }
  for (const [key, values] of below) group[key] = groupOf(values)
  return group
}

function valueProblems(resolved: readonly ResolvedSetting[], { issues }: z.ZodError): string[] {
  const issuesOf = (path: string) => issues.filter((issue) => `${issue.path.join('.')}.`.startsWith(`${path}.`))
  return resolved.flatMap((setting) => {
    const wrong = issuesOf(setting.name.path)
    if (wrong.length === 0) return []
    const parts =
      setting.name.facts.namesParts === true ? wrong.flatMap((issue) => partProblem(setting, issue) ?? []) : []
    return parts.length > 0 ? parts : [settingProblem(setting, setting.name.facts.allowed)]
  })
}

/** `mail.routes[0].to[1] is "nobody" (from FILE, line 3): use a mail address`; null where the whole is wrong. */
function partProblem({ name, chosen }: ResolvedSetting, issue: z.core.$ZodIssue): string | null {
  const inner = issue.path.slice(name.path.split('.').length)
  if (inner.length === 0) return null
  if (issue.code === 'unrecognized_keys') {
    return `${placeOf(name.path, inner)} has ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}: use ${name.facts.allowed}`
  }
  const part = inner.reduce<unknown>((value, key) => memberOf(value, key), chosen.value)
  return settingPartProblem(placeOf(name.path, inner), part, chosen.source, issue.message)
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null
    ? new Map<PropertyKey, unknown>(Object.entries(value)).get(String(key))
    : undefined
}

function placeOf(path: string, inner: readonly PropertyKey[]): string {
  return path + inner.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}
