import type { Claim } from '../../data/spool/claims.ts'
import { byTurn, LANES, type Lane, laneOf } from '../../data/spool/lanes.ts'
import { NO_FRAME } from './open-frame.ts'

/** A claim of this process that waits for a worker. */
export interface WaitingClaim {
  readonly claim: Claim
  /** How often its conversion failed. */
  readonly failures: number
  /** Where it may have ended workers: the frame that was open then, NO_FRAME where nobody knows. It is converted apart. */
  readonly suspect: number | null
}

/** A claim whose processes ended so often isn't given to a process that others need. */
const DEATHS_UNTIL_CAREFUL = 2

/**
 * Claims that wait for a worker, by lane; apart from them those that may have ended one. Those that failed come up again when their
 * time has come.
 */
export class WaitingClaims {
  readonly #ready: Record<Lane, WaitingClaim[]> = { live: [], reprocess: [], import: [] }
  #suspects: WaitingClaim[] = []
  #later: (WaitingClaim & { readonly notBefore: number })[] = []
  /** The first of `#later` is due then. */
  #dueAt = Number.POSITIVE_INFINITY

  /** Behind those that wait already, in their order. */
  add(claims: readonly Claim[]): void {
    const all = claims.map((claim) => {
      return { claim, failures: 0, suspect: claim.deaths >= DEATHS_UNTIL_CAREFUL ? NO_FRAME : null }
    })
    this.#suspects.push(...all.filter(({ suspect }) => suspect !== null))
    const added = all.filter(({ suspect }) => suspect === null)
    for (const lane of LANES) {
      const ofLane = added.filter(({ claim }) => laneOf(claim.segment) === lane)
      // Taken from the end: the last to come stands first.
      if (ofLane.length > 0) this.#ready[lane] = [...ofLane.reverse(), ...this.#ready[lane]]
    }
  }

  /** A worker died of it; `frame` was open. */
  addSuspect(claim: Claim, frame: number): void {
    this.#suspects.push({ claim, failures: 0, suspect: frame })
  }

  /** `notBefore` is on the monotonic clock. */
  addLater(waiting: WaitingClaim, notBefore: number): void {
    this.#later.push({ ...waiting, notBefore })
    this.#dueAt = Math.min(this.#dueAt, notBefore)
  }

  next(lane: Lane, now: number): WaitingClaim | null {
    if (now >= this.#dueAt) this.#wakeDue(now)
    return this.#ready[lane].pop() ?? null
  }

  /** Live ones first. */
  nextSuspect(now: number): WaitingClaim | null {
    if (now >= this.#dueAt) this.#wakeDue(now)
    const [next = null] = this.#suspects.toSorted((a, b) => byTurn(a.claim.segment, b.claim.segment))
    this.#suspects = this.#suspects.filter((waiting) => waiting !== next)
    return next
  }

  #wakeDue(now: number): void {
    const due = this.#later.filter(({ notBefore }) => notBefore <= now)
    this.#later = this.#later.filter(({ notBefore }) => notBefore > now)
    this.#dueAt = this.#later.reduce((first, { notBefore }) => Math.min(first, notBefore), Number.POSITIVE_INFINITY)
    for (const { notBefore: _due, ...waiting } of due) {
      const list = waiting.suspect === null ? this.#ready[laneOf(waiting.claim.segment)] : this.#suspects
      list.push(waiting)
    }
  }
}
