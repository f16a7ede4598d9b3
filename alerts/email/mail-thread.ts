import type { Notification } from './notification.ts'

/** One incident and one recipient: what belongs together in a mail program. */
export function threadKey(incident: number, recipient: string): string {
  return `${incident} ${recipient}`
}

/** The newest notification of each thread, by `threadKey`. */
export type Threads = ReadonlyMap<string, Notification>

/** A thread as it is from now on. */
export interface ThreadUpdate {
  readonly incident: number
  readonly recipient: string
  readonly last: Notification
}
