import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EpochMs } from '../domain/time.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { segmentOfClaim } from './claims.ts'
import { filesIn, IMPORT_FOLDER, REPROCESS_FOLDER } from './folders.ts'
import { type Lane, laneOf } from './lanes.ts'
import { parseSegmentName } from './segment-name.ts'

/** Segments that are closed and whose counts aren't in: what waits on the disk to be converted and merged. */
export interface Backlog {
  readonly segments: number
  readonly bytes: number
  /** When the oldest of them was begun; of an import, when it was laid there. Null: none waits. */
  readonly oldestAt: EpochMs | null
}

interface Waiting {
  readonly bytes: number
  readonly at: EpochMs
}

const FOLDERS = ['closed', REPROCESS_FOLDER, IMPORT_FOLDER, 'claimed'] as const
/** Files asked for at once. */
const TOGETHER = 64

/** Measures the backlog again and again: a closed segment never changes, so each is looked at once only. */
export class BacklogMeter {
  readonly #spool: string
  #known = new Map<string, Waiting>()

  constructor(spool: string) {
    this.#spool = spool
  }

  async measure(): Promise<Readonly<Record<Lane, Backlog>>> {
    const places = new Map<string, string>()
    for (const folder of FOLDERS) {
      for (const name of await filesIn(this.#spool, folder)) {
        places.set(segmentOfClaim(name), join(this.#spool, folder, name))
      }
    }
    const known = new Map([...this.#known].filter(([segment]) => places.has(segment)))
    const unknown = [...places].filter(([segment]) => !known.has(segment))
    for (let at = 0; at < unknown.length; at += TOGETHER) {
      const some = unknown.slice(at, at + TOGETHER)
      for (const [segment, waiting] of await Promise.all(some.map(look)))
        if (waiting !== null) known.set(segment, waiting)
    }
    this.#known = known
    const ofLane = (lane: Lane) => sum([...known].filter(([segment]) => laneOf(segment) === lane))
    return { live: ofLane('live'), reprocess: ofLane('reprocess'), import: ofLane('import') }
  }
}

/** Null where it was moved on or merged since the folder was read. */
async function look([segment, path]: readonly [string, string]): Promise<readonly [string, Waiting | null]> {
  try {
    const { size, mtimeMs } = await stat(path)
    return [segment, { bytes: size, at: parseSegmentName(segment)?.createdAt ?? mtimeMs }]
  } catch (error) {
    if (isNotFound(error)) return [segment, null]
    throw error
  }
}

function sum(waiting: readonly (readonly [string, Waiting])[]): Backlog {
  return {
    segments: waiting.length,
    bytes: waiting.reduce((total, [, { bytes }]) => total + bytes, 0),
    oldestAt: waiting.reduce<EpochMs | null>((oldest, [, { at }]) => Math.min(oldest ?? at, at), null),
  }
}
