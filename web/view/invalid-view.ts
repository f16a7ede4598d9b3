import type { Codec } from './address.ts'
import { CHANNEL_DEFAULTS, type Range, rangeFrom, rangeParameters } from './channel-view.ts'

/** `/invalid/nightly?problem=invalid_revision&last=60d`; channel null: all of them. */
export interface InvalidView {
  readonly page: 'invalid'
  readonly channel: string | null
  readonly range: Range
  /** The one whose values, builds and samples are shown; null: none. */
  readonly problem: string | null
  /** The numbers instead of the charts. */
  readonly table: boolean
}

export function invalidView(
  channel: string | null = null,
  changes: Partial<Omit<InvalidView, 'page' | 'channel'>> = {},
): InvalidView {
  return { page: 'invalid', channel, range: CHANNEL_DEFAULTS.range, problem: null, table: false, ...changes }
}

export const invalidCodec: Codec<InvalidView> = {
  read: ({ parts: [channel, ...rest], parameters }) =>
    rest.length > 0
      ? null
      : invalidView(channel, {
          range: rangeFrom(parameters),
          problem: parameters.get('problem') || null,
          table: parameters.get('show') === 'table',
        }),
  write: ({ channel, range, problem, table }) => ({
    parts: channel === null ? [] : [channel],
    parameters: [
      ...rangeParameters(range),
      ...(problem === null ? [] : [['problem', problem] as const]),
      ...(table ? [['show', 'table'] as const] : []),
    ],
  }),
}
