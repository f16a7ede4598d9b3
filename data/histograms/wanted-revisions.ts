import { HOUR_MS } from '../domain/time.ts'
import type { Revision } from './revision.ts'

/** What nobody has asked for again in so long isn't wanted any more. */
const FORGOTTEN_AFTER_MS = 48 * HOUR_MS
/** More than are built in months; payloads that make revisions up don't get further than this. */
const MOST_WANTED = 1_000

interface Wanted {
  readonly revision: Revision
  asks: number
  lastAskedAt: number
}

/**
 * Revisions whose specification submissions asked for in vain: those that most asked for come first, because a build is
 * asked for by all who run it, and a revision that somebody made up by hardly anyone.
 */
export class WantedRevisions {
  readonly #wanted = new Map<string, Wanted>()

  get isEmpty(): boolean {
    return this.#wanted.size === 0
  }

  note(key: string, revision: Revision, now: number): void {
    const wanted = this.#wanted.get(key)
    if (wanted !== undefined) {
      wanted.asks++
      wanted.lastAskedAt = now
      return
    }
    if (this.#wanted.size >= MOST_WANTED) this.#dropLeastAsked()
    this.#wanted.set(key, { revision, asks: 1, lastAskedAt: now })
  }

  found(key: string): void {
    this.#wanted.delete(key)
  }

  /** The most asked for first; those that nobody asks for any more are forgotten. */
  inOrder(now: number): { readonly key: string; readonly revision: Revision }[] {
    for (const [key, { lastAskedAt }] of this.#wanted) {
      if (now - lastAskedAt >= FORGOTTEN_AFTER_MS) this.#wanted.delete(key)
    }
    return [...this.#wanted].sort(([, a], [, b]) => b.asks - a.asks).map(([key, { revision }]) => ({ key, revision }))
  }

  #dropLeastAsked(): void {
    let least: string | null = null
    let fewest = Number.POSITIVE_INFINITY
    for (const [key, { asks }] of this.#wanted) {
      if (asks >= fewest) continue
      least = key
      fewest = asks
    }
    if (least !== null) this.#wanted.delete(least)
  }
}
