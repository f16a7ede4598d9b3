/** The limits that refuse something of what comes, as they are counted; each has its setting. */
export type Limit =
  | 'body'
  | 'path'
  | 'headers'
  | 'header_time'
  | 'body_time'
  | 'connections'
  | 'connections_per_address'
  | 'requests_per_connection'
  | 'pending'
  | 'disk'

/** Told of each refusal. */
export type NoteRefused = (limit: Limit) => void
