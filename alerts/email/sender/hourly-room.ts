import { type EpochMs, HOUR_MS } from '../../../data/domain/time.ts'

/**
 * How many mails each recipient may still get within the hour: what waited while the mail server was down must not come all at
 * once when it is back. What there is no room for waits, and a newer mail of its thread takes its place.
 */
export class HourlyRoom {
  readonly #sent: Map<string, EpochMs[]>
  readonly #most: number
  readonly #now: EpochMs

  /** `sent`: when each recipient got mails in the hour before `now`, oldest first. */
  constructor(sent: ReadonlyMap<string, readonly EpochMs[]>, most: number, now: EpochMs) {
    this.#sent = new Map([...sent].map(([recipient, times]) => [recipient, [...times]]))
    this.#most = most
    this.#now = now
  }

  /** When the recipient may get one more: `now` or earlier where that is at once. */
  roomAt(recipient: string): EpochMs {
    const times = this.#sent.get(recipient) ?? []
    const blocking = times.at(-this.#most)
    return blocking === undefined ? this.#now : blocking + HOUR_MS
  }

  note(recipient: string): void {
    this.#sent.set(recipient, [...(this.#sent.get(recipient) ?? []), this.#now])
  }
}
