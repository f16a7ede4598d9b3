/**
 * Not delivered. `refused`: this recipient, for ever. `failed`: try again; `isServerWide`: nothing else would get through that way;
 * `isRefusedContent`: with a 5xx, so it is worth trying for a while only.
 */
export type DeliveryTrouble =
  | { readonly kind: 'refused'; readonly error: string }
  | {
      readonly kind: 'failed'
      readonly error: string
      readonly isServerWide: boolean
      readonly isRefusedContent?: boolean
    }

/** What a server answered. */
export type HandOver = { readonly kind: 'sent' } | DeliveryTrouble

/** What became of one attempt; `subject` as it was sent. */
export type DeliveryOutcome = { readonly kind: 'sent'; readonly subject: string } | DeliveryTrouble
