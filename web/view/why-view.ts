import { type Codec, minuteText, timeOf } from './address.ts'

const HOUR_MS = 3_600_000

/** `/why/nightly/2014-02-01T14:00Z`: why one was, or wasn't, told about an hour. */
export interface WhyView {
  readonly page: 'why'
  /** `*` is all of them. */
  readonly channel: string
  /** Epoch milliseconds of its start. */
  readonly hour: number
}

export const whyCodec: Codec<WhyView> = {
  read: ({ parts: [channel, hourText, ...rest] }) => {
    const time = timeOf(hourText)
    if (channel === undefined || time === null || rest.length > 0) return null
    return { page: 'why', channel, hour: Math.floor(time / HOUR_MS) * HOUR_MS }
  },
  write: ({ channel, hour }) => ({ parts: [channel, minuteText(hour)] }),
}
