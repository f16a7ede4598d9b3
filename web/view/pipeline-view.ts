import type { Codec } from './address.ts'

/** `/pipeline?show=table` */
export interface PipelineView {
  readonly page: 'pipeline'
  /** The numbers instead of the chart. */
  readonly table?: true
}

export const pipelineCodec: Codec<PipelineView> = {
  read: ({ parts, parameters }) =>
    parts.length > 0 ? null : { page: 'pipeline', ...(parameters.get('show') === 'table' ? { table: true } : {}) },
  write: ({ table }) => ({ parameters: table === true ? [['show', 'table']] : [] }),
}
