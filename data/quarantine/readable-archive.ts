import type { Readings } from '../archive/readings.ts'

/** Where the archive lies, and who reads it. */
export interface ReadableArchive {
  /** The state directory. */
  readonly root: string
  readonly readings: Readings
}
