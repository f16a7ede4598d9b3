import type { Button } from './buttons.ts'
import type { MailHead } from './mail-head.ts'
import type { Words } from './words.ts'

/** A mail about several things: what it says, for both prints. Nothing in it is escaped. */
export interface Bulletin {
  readonly head: MailHead
  readonly sections: readonly BulletinSection[]
  readonly weeks: readonly ChannelLine[]
  readonly buttons: readonly Button[]
  readonly foot: readonly string[]
}

export interface BulletinSection {
  readonly title: string
  readonly rows: readonly BulletinRow[]
}

export interface BulletinRow {
  /** A shape, or nothing. */
  readonly mark: string
  readonly isWrong: boolean
  readonly name: string
  readonly what: Words
  readonly links: readonly Button[]
}

/** A channel and its week, a line of a table. */
export interface ChannelLine {
  readonly channel: string
  readonly word: string
  readonly isWrong: boolean
  readonly received: string
  /** Of expected; `–` where nothing is known. */
  readonly ratio: string
  readonly invalid: string
  /** Of expected, one for each day, oldest first; null: not counted, or nothing was expected yet. */
  readonly days: readonly (number | null)[]
}
