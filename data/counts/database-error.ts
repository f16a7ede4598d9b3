/**
 * What went wrong with the database, as far as the caller can do something about it.
 *
 * - `locked`: another process has the file open.
 * - `open_twice`: this process has it open already; a second instance would silently lose the first one's commits.
 * - `newer`: a newer Tidewatch has written it.
 * - `conflict`: two transactions changed the same rows; the losing one may be tried again.
 * - `disk_full`: nothing was committed; reading goes on, and writing does too once there is space.
 * - `corrupt`: the file or its log is damaged; counts can be rebuilt from the archive and the journal.
 * - `lost`: it isn't there, and what is kept beside it says that it was.
 * - `behind`: it is whole, and older than the journal beside it.
 * - `timeout`: the statement took longer than allowed and was interrupted.
 * - `aborted`: whoever asked has given up.
 * - `io`: any other trouble with the file.
 * - `closed`: the database was closed before or meanwhile.
 */
export type DatabaseErrorKind =
  | 'locked'
  | 'open_twice'
  | 'newer'
  | 'conflict'
  | 'disk_full'
  | 'corrupt'
  | 'lost'
  | 'behind'
  | 'timeout'
  | 'aborted'
  | 'io'
  | 'closed'

export class DatabaseError extends Error {
  readonly kind: DatabaseErrorKind

  constructor(kind: DatabaseErrorKind, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseError'
    this.kind = kind
  }
}

/** DuckDB's errors carry their kind in the message only. What matches none is a mistake in our SQL and stays as it is. */
const MESSAGES: readonly (readonly [RegExp, DatabaseErrorKind])[] = [
  [/Could not set lock on file/, 'locked'],
  [/No space left on device|Disk quota exceeded|max_temp_directory_size/, 'disk_full'],
  [/Corrupt|corrupt|checksum|not a valid DuckDB database file|Could not read enough bytes/, 'corrupt'],
  [/Conflict on (update|delete)|write-write conflict|[Tt]ransaction conflict/, 'conflict'],
  [/INTERRUPT Error/, 'timeout'],
  [/^IO Error|IO Error:/, 'io'],
  [/database has been invalidated/, 'io'],
]

export function toDatabaseError(error: unknown, doing: string): unknown {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error
  const kind = MESSAGES.find(([pattern]) => pattern.test(error.message))?.[1]
  return kind === undefined ? error : new DatabaseError(kind, `${doing}: ${error.message}`, error)
}

/** Whether a row wasn't added because another one with its key is there; the transaction can only be rolled back. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Constraint Error: Duplicate key')
}
