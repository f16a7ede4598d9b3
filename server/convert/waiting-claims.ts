import type { Claim } from '../../data/spool/claims.ts'
import { LANES, type Lane, laneOf } from '../../data/spool/lanes.ts'

/** A claim of this process that waits for a worker. */
export interface WaitingClaim {
  readonly claim: Claim
  /** How often its conversion failed. */
  readonly failures: number
}

/** Claims that wait for a worker, by lane; those that failed come up again when their time has come. */
export class WaitingClaims {
  readonly #ready: Record<Lane, WaitingClaim[]> = { live: [], reprocess: [], import: [] }
  #later: (WaitingClaim & { readonly notBefore: number })[] = []
  /** The first of `#later` is due then. */
  #dueAt = Number.POSITIVE_INFINITY

  /** Behind those that wait already, in their order. */
  add(claims: readonly Claim[]): void {
    const added = claims.map((claim) => ({ claim, failures: 0 }))
    for (const lane of LANES) {
      const ofLane = added.filter(({ claim }) => laneOf(claim.segment) === lane)
      // Taken from the end: the last to come stands first.
      if (ofLane.length > 0) this.#ready[lane] = [...ofLane.reverse(), ...this.#ready[lane]]
    }
  }

  /** `notBefore` is on the monotonic clock. */
  addLater(claim: Claim, failures: number, notBefore: number): void {
    this.#later.push({ claim, failures, notBefore })
    this.#dueAt = Math.min(this.#dueAt, notBefore)
  }

  next(lane: Lane, now: number): WaitingClaim | null {
    if (now >= this.#dueAt) this.#wakeDue(now)
    return this.#ready[lane].pop() ?? null
  }

  #wakeDue(now: number): void {
    const due = this.#later.filter(({ notBefore }) => notBefore <= now)
    this.#later = this.#later.filter(({ notBefore }) => notBefore > now)
    this.#dueAt = this.#later.reduce((first, { notBefore }) => Math.min(first, notBefore), Number.POSITIVE_INFINITY)
    for (const { claim, failures } of due) this.#ready[laneOf(claim.segment)].push({ claim, failures })
  }
}
