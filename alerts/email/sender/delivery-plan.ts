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
 * history that is told after the fact, where nothing waited because a mail server was down. A mail about several incidents is never
 * collapsed. No mail of a thread overtakes one before it: what comes after one that isn't due waits with it.
 */
export function planDelivery(
  waiting: readonly OutboxRow[],
  now: EpochMs,
  { tellAll }: { readonly tellAll: boolean },
): Delivery[] {
  const held = new Set<string>()
  return (tellAll ? waiting.map(alone) : collapse(waiting)).filter(({ mail }) => {
    const threads = threadsOf(mail)
    const isDue = mail.nextAttemptAt <= now && !threads.some((thread) => held.has(thread))
    if (!isDue) for (const thread of threads) held.add(thread)
    return isDue
  })
}

/** In the order of the mails that are left. */
function collapse(waiting: readonly OutboxRow[]): Delivery[] {
  const byThread = new Map<string, OutboxRow[]>()
  for (const mail of waiting) {
    const thread = mail.incident === 0 ? mail.messageId : threadOf(mail.incident, mail.recipient)
    byThread.set(thread, [...(byThread.get(thread) ?? []), mail])
  }
  return [...byThread.values()]
    .flatMap((thread) => {
      const mail = thread.at(-1)
      return mail === undefined ? [] : [{ mail, collapsed: thread.slice(0, -1) }]
    })
    .sort((one, other) => one.mail.id - other.mail.id)
}

function alone(mail: OutboxRow): Delivery {
  return { mail, collapsed: [] }
}

/** All threads that the mail stands in; a digest stands in none. */
export function threadsOf({ incidents, recipient }: OutboxRow): string[] {
  return incidents.map((incident) => threadOf(incident, recipient))
}

function threadOf(incident: number, recipient: string): string {
  return `${incident} ${recipient}`
}

/** When to try again after the attempt at `now` failed; `failures` is how many failed before it. */
export function nextAttempt(failures: number, now: EpochMs): EpochMs {
  return now + (RETRY_AFTER_MS[failures] ?? RETRY_EVERY_MS)
}
