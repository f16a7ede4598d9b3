import { join } from 'node:path'
import type { Claim } from './claims.ts'
import { claimPath, OWNER_MARK, renameUnlessGone } from './claims.ts'
import { filesIn } from './folders.ts'
import { parseImportName } from './import-name.ts'
import { byTurn, LANES, type Lane, laneOf } from './lanes.ts'
import type { ProcessIdentity } from './process-identity.ts'

/** A segment that can't be claimed (its name is too long, it can't be read) is left alone for so long. */
const REFUSED_MS = 60_000
/**
 * A folder is listed again after so many times what listing it took: one that is full of another lane's segments must not be
 * listed for each of them.
 */
const PAUSE_PER_LISTING = 4

/**
 * The segments that wait for a converter, in the order in which they are claimed. A folder is listed when what it held is
 * used up, not for every claim: a backlog of any length is worked off in time that grows with it.
 */
export class SegmentQueue {
  readonly #spool: string
  readonly #identity: ProcessIdentity
  readonly #onTrouble: (segment: string, error: unknown) => void
  readonly #waiting: Record<Lane, Waiting[]> = { live: [], reprocess: [], import: [] }
  readonly #listAgainAt: Record<Lane, number> = { live: 0, reprocess: 0, import: 0 }
  readonly #refused = new Map<string, number>()

  /** `onTrouble` is told of a segment that can't be claimed; the others go on. */
  constructor(
    spool: string,
    identity: ProcessIdentity,
    onTrouble: (segment: string, error: unknown) => void = () => undefined,
  ) {
    this.#spool = spool
    this.#identity = identity
    this.#onTrouble = onTrouble
  }

  /**
   * Claims the oldest segment of `lane` for this process; null: none waits. Of all who try, exactly one gets it: it is a rename,
   * and the second finds nothing to rename.
   */
  async claim(lane: Lane): Promise<Claim | null> {
    const listed = await this.#claimListed(lane)
    if (listed !== null) return listed
    await this.#list(lane)
    return this.#claimListed(lane)
  }

  /** The folders are listed anew at the next claim, however much that takes. */
  lookAnew(): void {
    for (const lane of LANES) {
      this.#waiting[lane] = []
      this.#listAgainAt[lane] = 0
    }
  }

  async #claimListed(lane: Lane): Promise<Claim | null> {
    const waiting = this.#waiting[lane]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { folder, segment } = next
      const path = claimPath(this.#spool, segment, this.#identity)
      try {
        if (await renameUnlessGone(join(this.#spool, folder, segment), path)) return { segment, path, deaths: 0 }
      } catch (error) {
        this.#refused.set(segment, performance.now() + REFUSED_MS)
        this.#onTrouble(segment, error)
      }
    }
    return null
  }

  /** The last to come stands first: taking from the end costs nothing. */
  async #list(lane: Lane): Promise<void> {
    const startedAt = performance.now()
    if (startedAt < this.#listAgainAt[lane]) return
    const found: Waiting[] = []
    for (const folder of FOLDERS[lane]) {
      const names = await filesIn(this.#spool, folder)
      found.push(...names.filter((name) => this.#isOf(lane, folder, name)).map((segment) => ({ folder, segment })))
    }
    this.#waiting[lane] = found.sort((a, b) => byTurn(b.segment, a.segment))
    const endedAt = performance.now()
    this.#listAgainAt[lane] = endedAt + PAUSE_PER_LISTING * (endedAt - startedAt)
  }

  #isOf(lane: Lane, folder: Folder, name: string): boolean {
    // Beside whole segments an import keeps what it is still writing.
    if (folder === 'import' && parseImportName(name) === null) return false
    return laneOf(name) === lane && !name.includes(OWNER_MARK) && !this.#isRefused(name)
  }

  #isRefused(name: string): boolean {
    const until = this.#refused.get(name)
    if (until !== undefined && until <= performance.now()) this.#refused.delete(name)
    return this.#refused.has(name)
  }
}

type Folder = 'closed' | 'reprocess' | 'import'

/** Where a lane's segments wait. Logs of 2013 that somebody laid into `closed/` can wait, too. */
const FOLDERS: Readonly<Record<Lane, readonly Folder[]>> = {
  live: ['closed'],
  reprocess: ['reprocess'],
  import: ['closed', 'import'],
}

interface Waiting {
  readonly folder: Folder
  readonly segment: string
}

/** Claims the next segment of any lane, once. */
export async function claimNext(spool: string, identity: ProcessIdentity): Promise<Claim | null> {
  const queue = new SegmentQueue(spool, identity)
  for (const lane of LANES) {
    const claim = await queue.claim(lane)
    if (claim !== null) return claim
  }
  return null
}
