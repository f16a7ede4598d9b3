import type { Incident, Label } from '../../alerts/incident.ts'
import type { ActionLink } from '../../alerts/links/action-link.ts'
import { isSilenceActive, type Silence, silenceEnd } from '../../alerts/silence.ts'
import type { EpochMs } from '../../data/domain/time.ts'

/** Something that somebody did before. */
export type Done =
  | {
      readonly kind: 'acknowledged'
      readonly by: string
      readonly at: EpochMs
      /** The incident was over since and began again, so nobody has it any more. */
      readonly hasBegunAgain: boolean
    }
  | {
      readonly kind: 'silenced'
      readonly by: string
      readonly at: EpochMs
      /** Null: with the incident. */
      readonly until: EpochMs | null
      readonly hasEnded: boolean
    }
  | { readonly kind: 'labelled'; readonly by: string; readonly at: EpochMs; readonly label: Label }

/** What has been done already that the link would do, by this link or otherwise; null: nothing, so it may act. */
export function whatWasDone(
  { action, recipient, madeAt }: Pick<ActionLink, 'action' | 'recipient' | 'madeAt'>,
  { id, acknowledged, formerlyAcknowledged = [], label }: Incident,
  silences: readonly Silence[],
  now: EpochMs,
): Done | null {
  switch (action) {
    case 'acknowledge': {
      if (acknowledged !== null) return { kind: 'acknowledged', ...acknowledged, hasBegunAgain: false }
      // A link acts once: what began again is taken by a link of a later mail.
      const former = formerlyAcknowledged.findLast(({ by, at }) => by === recipient && at >= madeAt)
      return former === undefined ? null : { kind: 'acknowledged', ...former, hasBegunAgain: true }
    }
    case 'silence': {
      // One that this link made, and somebody ended, isn't made again by it.
      const silence = silences.findLast(
        (each) =>
          each.matcher.incident === id &&
          (isSilenceActive(each, now) || (each.author === recipient && each.createdAt >= madeAt)),
      )
      return silence === undefined ? null : silenced(silence, now)
    }
    case 'real':
    case 'false_alarm':
    case 'expected':
      return label === undefined ? null : { kind: 'labelled', by: label.by, at: label.at, label: label.value }
  }
}

function silenced(silence: Silence, now: EpochMs): Done {
  const { author, createdAt } = silence
  const hasEnded = !isSilenceActive(silence, now)
  return { kind: 'silenced', by: author, at: createdAt, until: silenceEnd(silence), hasEnded }
}
