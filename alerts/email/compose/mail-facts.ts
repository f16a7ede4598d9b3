import type { Losses } from '../../../data/counts/queries/read-losses.ts'
import type { EpochMs } from '../../../data/domain/time.ts'
import type { KnownEvent } from '../../calendar/annotation.ts'
import type { LinkAction } from '../../links/action-link.ts'
import type { Notification } from '../notification.ts'
import type { HourValue, PictureSpec } from '../picture/picture-spec.ts'

/** Everything that one mail to one recipient is made from. */
export interface MailFacts {
  readonly notification: Notification
  /** Null: there is nothing to draw. */
  readonly picture: PictureSpec | null
  /** The last 24 judged hours for the plain text: the line that the picture draws, and the middle of its water. */
  readonly day: { readonly end: EpochMs; readonly seen: readonly HourValue[]; readonly expected: readonly HourValue[] }
  /** What changed within hours of the start, nearest first. */
  readonly changes: readonly Change[]
  /** Whether somebody listened all the time around the start. */
  readonly isWholeCounted: boolean
  /** Channels whose newest hour lay within what was expected, and that no incident is open on. */
  readonly wellChannels: readonly string[]
  /** Where mails before it could not be delivered in time: when the first of them was decided. */
  readonly lateSince: EpochMs | null
  /** Of the attempt that this mail is made for. */
  readonly now: EpochMs
  /** Message-IDs of the mails that the recipient got about this incident, oldest first. */
  readonly thread: readonly string[]
  /** Base of all links, without a slash at its end; null: the mail says where to look and has no links. */
  readonly publicUrl: string | null
  /** When this recipient got the first mail about it; null: this is the first. */
  readonly firstToldAt: EpochMs | null
  /** Of an incident that is over: what became of the submissions of its hours. */
  readonly accounting: Losses | null
  /** It says who could not be told, and nothing else that is new. */
  readonly isNotice: boolean
  /** Who else should have been told, and was refused by the mail server for ever; with its words. */
  readonly untold: readonly { readonly recipient: string; readonly error: string }[]
  /** Addresses that act, by what they do; null: there are none. */
  readonly links: ActionLinks | null
}

export type ActionLinks = Readonly<Record<LinkAction, string>>

export type Change =
  | { readonly kind: 'build'; readonly buildId: string; readonly channel: string; readonly firstSeen: EpochMs }
  | { readonly kind: 'coverage'; readonly hour: EpochMs; readonly coverageRatio: number }
  | { readonly kind: 'event'; readonly event: KnownEvent }
