import type { Codec } from './address.ts'

/** `/builds/nightly/20140201030204`; both null: the newest build of every channel. */
export interface BuildsView {
  readonly page: 'builds'
  readonly channel: string | null
  /** Null unless a channel is chosen. */
  readonly build: string | null
}

export const buildsCodec: Codec<BuildsView> = {
  read: ({ parts: [channel, build, ...rest] }) =>
    rest.length > 0 ? null : { page: 'builds', channel: channel ?? null, build: build ?? null },
  write: ({ channel, build }) => ({
    parts: [channel, channel === null ? null : build].filter((part) => part !== null),
  }),
}
