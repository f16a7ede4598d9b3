import { isDeepStrictEqual } from 'node:util'
import { type CheckedSettings, checkSettings, type SettingsProblems } from './resolve-settings.ts'
import type { Settings } from './schema.ts'
import { valueAt } from './value-at.ts'

/** What a reload came to. */
export type Reload =
  | {
      readonly kind: 'reloaded'
      /** Paths of the settings that have a new value from now on. */
      readonly changed: readonly string[]
      /** Paths of those whose new value is read at the next start only. */
      readonly needRestart: readonly string[]
    }
  /** All settings stay as they were. */
  | SettingsProblems

/**
 * The settings of a running server. `current` follows reloads where that is possible; for what is only read at the
 * start it goes on telling what is really in force.
 */
export class LiveSettings {
  #inForce: CheckedSettings
  readonly #load: () => CheckedSettings | SettingsProblems
  #listeners: readonly ((settings: Settings) => void)[] = []
  #reloadListeners: readonly (() => void)[] = []

  constructor(first: CheckedSettings, load: () => CheckedSettings | SettingsProblems) {
    this.#inForce = first
    this.#load = load
  }

  get current(): Settings {
    return this.#inForce.settings
  }

  /** `listener` is told after each reload that changed something at once. */
  onChange(listener: (settings: Settings) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  /** `listener` is told after each reload, also where no setting changed: files that settings name may have. */
  onReload(listener: () => void): void {
    this.#reloadListeners = [...this.#reloadListeners, listener]
  }

  /** Reads all sources again. All of it is put to work, or, if anything is wrong, nothing. */
  reload(): Reload {
    const next = this.#load()
    if (next.kind === 'problems') return next
    const differing = next.resolved.filter(
      ({ name }) => !isDeepStrictEqual(valueAt(next.settings, name.path), valueAt(this.current, name.path)),
    )
    const pathsThatApply = (applies: 'live' | 'restart') =>
      differing.filter(({ name }) => name.facts.applies === applies).map(({ name }) => name.path)

    const changed = pathsThatApply('live')
    const mixed = checkSettings(
      this.#inForce.resolved.map(
        (old) => next.resolved.find(({ name }) => changed.includes(name.path) && name === old.name) ?? old,
      ),
    )
    if (mixed.kind === 'problems') return mixed
    this.#inForce = mixed
    if (changed.length > 0) for (const listener of this.#listeners) listener(this.current)
    for (const listener of this.#reloadListeners) listener()
    return { kind: 'reloaded', changed, needRestart: pathsThatApply('restart') }
  }
}
