import type { Codec } from './address.ts'

/** `/invalid/nightly`; null: every channel. */
export interface InvalidView {
  readonly page: 'invalid'
  readonly channel: string | null
}

export const invalidCodec: Codec<InvalidView> = {
  read: ({ parts: [channel, ...rest] }) => (rest.length > 0 ? null : { page: 'invalid', channel: channel ?? null }),
  write: ({ channel }) => ({ parts: channel === null ? [] : [channel] }),
}
