import type { SettingName } from './names.ts'
import { type GivenValue, type Source, sourceText } from './source.ts'

/** A setting's value with its history: what is in force, and what it took the place of. */
export interface ResolvedSetting {
  readonly name: SettingName
  readonly chosen: GivenValue
  /** The strongest first; the default is the last of them, where something else was chosen. */
  readonly overridden: readonly GivenValue[]
}

/** `archive.keepDays is -3 (from TIDEWATCH_ARCHIVE_KEEP_DAYS): use …` */
export function settingProblem({ name, chosen }: ResolvedSetting, use: string): string {
  return `${name.path} is ${shownValue(name, chosen.value)} (from ${sourceText(chosen.source)}): use ${use}`
}

/** Of one part of a setting: `mail.routes[0].to[1] is "nobody" (from …): use …`. */
export function settingPartProblem(place: string, value: unknown, source: Source, use: string): string {
  const what = value === undefined ? 'is missing' : `is ${JSON.stringify(value)}`
  return `${place} ${what} (from ${sourceText(source)}): use ${use}`
}

/** A value as people may see it, in JSON: passwords are masked. */
export function shownValue({ facts }: SettingName, value: unknown): string {
  return JSON.stringify(facts.masked?.(value) ?? value)
}
