import type { Codec } from './address.ts'

/** `/?show=table` */
export interface OverviewView {
  readonly page: 'overview'
  /** The weeks' numbers, under the channels. */
  readonly table?: true
}

export const overviewCodec: Codec<OverviewView> = {
  read: ({ parts, parameters }) =>
    parts.length > 0 ? null : { page: 'overview', ...(parameters.get('show') === 'table' ? { table: true } : {}) },
  write: ({ table }) => ({ parameters: table === true ? [['show', 'table']] : [] }),
}
