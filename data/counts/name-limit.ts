import type { EpochMs } from '../domain/time.ts'

/**
 * Bounds what one hour may hold. Names known in the hour are admitted, new ones until there are `limit`; whoever comes
 * later is one too many and counts as `OTHER`.
 */
export interface NameLimit {
  admit(hour: EpochMs, name: string): boolean
}

/** `known` are the names that each hour holds so far; it isn't changed. */
export function createNameLimit(known: ReadonlyMap<EpochMs, ReadonlySet<string>>, limit: number): NameLimit {
  const names = new Map([...known].map(([hour, set]) => [hour, new Set(set)]))
  return {
    admit(hour, name) {
      const set = names.get(hour) ?? new Set<string>()
      names.set(hour, set)
      if (set.has(name)) return true
      if (set.size >= limit) return false
      set.add(name)
      return true
    },
  }
}
