import type { z } from 'zod'
import { fittingProblems } from './fit-together.ts'
import { SETTING_NAMES, type SettingName } from './names.ts'
import { type ResolvedSetting, settingProblem } from './resolved-setting.ts'
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

/** `{receive: {listen: …}}` from `receive.listen`; groups are one level deep. */
function nested(resolved: readonly ResolvedSetting[]): Record<string, unknown> {
  const groups: Record<string, Record<string, unknown>> = {}
  const alone: Record<string, unknown> = {}
  for (const { name, chosen } of resolved) {
    const [group = '', key] = name.path.split('.')
    if (key === undefined) alone[group] = chosen.value
    else groups[group] = { ...groups[group], [key]: chosen.value }
  }
  return { ...alone, ...groups }
}

function valueProblems(resolved: readonly ResolvedSetting[], { issues }: z.ZodError): string[] {
  const isWrong = (path: string) => issues.some((issue) => `${issue.path.join('.')}.`.startsWith(`${path}.`))
  return resolved
    .filter(({ name }) => isWrong(name.path))
    .map((setting) => settingProblem(setting, setting.name.facts.allowed))
}
