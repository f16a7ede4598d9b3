import { type Codec, minuteText, timeOf } from './address.ts'

const HOUR_MS = 3_600_000

/** `/why/nightly/2014-02-01T14:00Z`: why one was, or wasn't, told about an hour. */
export interface WhyView {
  readonly page: 'why'
  /** `*` is all of them. */
  readonly channel: string
  /** Epoch milliseconds of its start. */
  readonly hour: number
  /** The day's numbers instead of its chart. */
  readonly table?: true
}

export const whyCodec: Codec<WhyView> = {
  read: ({ parts: [channel, hourText, ...rest], parameters }) => {
    const time = timeOf(hourText)
    if (channel === undefined || time === null || rest.length > 0) return null
    const hour = Math.floor(time / HOUR_MS) * HOUR_MS
    return { page: 'why', channel, hour, ...(parameters.get('show') === 'table' ? { table: true } : {}) }
  },
  write: ({ channel, hour, table }) => ({
    parts: [channel, minuteText(hour)],
    parameters: table === true ? [['show', 'table']] : [],
  }),
}
