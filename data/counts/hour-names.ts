import type { EpochMs } from '../domain/time.ts'

/** Hours of which names are kept in memory: those being received, and a few that late segments reach into. */
const KEPT_HOURS = 12

/** How many names a group of an hour may hold. */
export interface NameLimits {
  readonly names: number
  /** So many beyond that, for names that are pinned. */
  readonly pinned: number
}

/**
 * The names that stand in an hour so far, by group (builds of a channel, values of its attributes), so that no merge has to read them
 * again. Bounds what one hour may hold: a name known in the hour is admitted, new ones until there are enough.
 */
export class HourNames {
  readonly #hours = new Map<EpochMs, Map<string, Set<string>>>()

  isLoaded(hour: EpochMs): boolean {
    return this.#hours.has(hour)
  }

  load(hour: EpochMs, names: Iterable<{ readonly group: string; readonly name: string }>): void {
    const groups = new Map<string, Set<string>>()
    for (const { group, name } of names) groups.set(group, (groups.get(group) ?? new Set()).add(name))
    this.#hours.delete(hour)
    this.#hours.set(hour, groups)
    const [oldest] = this.#hours.keys()
    if (this.#hours.size > KEPT_HOURS && oldest !== undefined) this.#hours.delete(oldest)
  }

  /** Whether `name` may stand for itself; remembers it where it may. */
  admit(hour: EpochMs, group: string, name: string, limits: NameLimits, isPinned: () => boolean): boolean {
    const groups = this.#hours.get(hour) ?? new Map<string, Set<string>>()
    this.#hours.set(hour, groups)
    const names = groups.get(group) ?? new Set<string>()
    groups.set(group, names)
    if (names.has(name)) return true
    const isFull = names.size >= limits.names
    if (isFull && (names.size >= limits.names + limits.pinned || !isPinned())) return false
    names.add(name)
    return true
  }

  /** Without `hours`, all: after a transaction that failed, nobody knows which of them stand in the tables. */
  forget(hours: Iterable<EpochMs> = [...this.#hours.keys()]): void {
    for (const hour of hours) this.#hours.delete(hour)
  }
}
