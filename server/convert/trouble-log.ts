import type { Logger } from '../log.ts'
import type { WaitingClaim } from './waiting-claims.ts'

/**
 * Tells what keeps segments from being converted: once for each segment, and for segments that follow each other with the same trouble (a
 * full disk) once for all.
 */
export class TroubleLog {
  readonly #log: Logger
  /** Of the last segment that was tried; null: none. */
  #last: string | null = null

  constructor(log: Logger) {
    this.#log = log
  }

  passed(): void {
    this.#last = null
  }

  failed({ claim, failures }: WaitingClaim, error: unknown, retryInMs: number): void {
    const trouble = kindOf(error)
    const isKnown = failures > 0 || trouble === this.#last
    this.#last = trouble
    const level = isKnown ? 'debug' : 'error'
    this.#log[level](
      { error, segment: claim.segment, retryInMs },
      'a segment could not be converted; it is tried again',
    )
  }
}

/** `ENOSPC`, say: the rest of the sentence names the file. */
function kindOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return /^E[A-Z0-9]+(?=:)/.exec(text)?.[0] ?? text
}
