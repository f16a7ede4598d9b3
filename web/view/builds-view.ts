import type { Codec } from './address.ts'

/** `/builds/nightly/20140201030204?show=table`; channel and build null: the newest build of every channel. */
export interface BuildsView {
  readonly page: 'builds'
  readonly channel: string | null
  /** Null unless a channel is chosen. */
  readonly build: string | null
  /** The numbers instead of the charts. */
  readonly table: boolean
}

export function buildsView(
  channel: string | null = null,
  build: string | null = null,
  changes: Partial<Pick<BuildsView, 'table'>> = {},
): BuildsView {
  return { page: 'builds', channel, build: channel === null ? null : build, table: false, ...changes }
}

export const buildsCodec: Codec<BuildsView> = {
  read: ({ parts: [channel, build, ...rest], parameters }) =>
    rest.length > 0 ? null : buildsView(channel, build, { table: parameters.get('show') === 'table' }),
  write: ({ channel, build, table }) => ({
    parts: [channel, channel === null ? null : build].filter((part) => part !== null),
    parameters: table ? [['show', 'table']] : [],
  }),
}
