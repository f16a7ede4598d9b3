import type { StateLine } from './state-line.ts'
import type { Words } from './words.ts'

/** What every mail begins with, whatever it is about. */
export interface MailHead {
  readonly title: string
  /** What mail programs show beside the subject. */
  readonly preheader: string
  readonly notices: readonly string[]
  readonly state: StateLine
  /** At the right of the state: `incident 13`. */
  readonly about: string
  readonly headline: Words
  readonly cause: Words
}
