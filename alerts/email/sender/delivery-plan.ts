import { type EpochMs, SECOND_MS } from '../../../data/domain/time.ts'
import type { OutboxRow } from '../../../data/outbox/outbox-row.ts'

/** A mail to be sent now, and those whose place it takes. */
interface Delivery {
  readonly mail: OutboxRow
  readonly collapsed: readonly OutboxRow[]
}

const RETRY_AFTER_MS = [10, 30, 60, 120, 300].map((seconds) => seconds * SECOND_MS)
const RETRY_EVERY_MS = 300 * SECOND_MS

/**
 * Which of the waiting mails (oldest first) to send at `now`. Of one incident to one recipient only the newest: it tells
 * the present state, and the older ones have become wrong. With `tellAll` each is sent in its turn instead: for a
 * history that is told after the fact, where nothing waited because a mail server was down.
 */
export function planDelivery(
  waiting: readonly OutboxRow[],
  now: EpochMs,
  { tellAll }: { readonly tellAll: boolean },
): Delivery[] {
  if (tellAll) return waiting.filter((mail) => mail.nextAttemptAt <= now).map((mail) => ({ mail, collapsed: [] }))
  return threads(waiting).flatMap((thread) => {
    const mail = thread.at(-1)
    if (mail === undefined || mail.nextAttemptAt > now) return []
    return [{ mail, collapsed: thread.slice(0, -1) }]
  })
}

function threads(waiting: readonly OutboxRow[]): OutboxRow[][] {
  const byThread = new Map<string, OutboxRow[]>()
  for (const mail of waiting) {
    const thread = threadOf(mail)
    byThread.set(thread, [...(byThread.get(thread) ?? []), mail])
  }
  return [...byThread.values()]
}

function threadOf({ incident, recipient }: OutboxRow): string {
  return `${incident} ${recipient}`
}

/** When to try again after the attempt at `now` failed; `failures` is how many failed before it. */
export function nextAttempt(failures: number, now: EpochMs): EpochMs {
  return now + (RETRY_AFTER_MS[failures] ?? RETRY_EVERY_MS)
}
