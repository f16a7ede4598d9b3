/** What counts are split by. `UNKNOWN`: neither payload nor path has it; `OTHER`: a value outside the schema, or folded. */
export interface Dimensions {
  readonly reason: string
  readonly appName: string
  readonly appVersion: string
  readonly channel: string
  readonly buildId: string
}

export const UNKNOWN = 'UNKNOWN'
export const OTHER = 'OTHER'

/** `source` of counts that this service received itself; imports have names of their own. */
export const LIVE_SOURCE = 'live'
