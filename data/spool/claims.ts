import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably, renameUnsynced } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { filesIn } from './folders.ts'
import { byTurn } from './lanes.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { isAlive } from './process-identity.ts'

/**
 * A segment that one converter has, as the file `claimed/<segment>~<owner>`, until the owner of the counts merged it; as
 * `claimed/<segment>~<deaths>~<owner>` where others had it before.
 */
export interface Claim {
  /** The segment's name: the same for ever, whoever has it. */
  readonly segment: string
  readonly path: string
  /** How many processes ended that had it. It may be the segment that ended them. Stops at 9. */
  readonly deaths: number
}

/**
 * Claims for `identity` all that processes had which are gone, in turn: those of any former process, on any start. `onTrouble` is
 * told of one that can't be taken over; the others are.
 */
export async function takeOverDeadClaims(
  spool: string,
  identity: ProcessIdentity,
  isOwnerAlive: (owner: ProcessIdentity) => boolean = isAlive,
  onTrouble: (segment: string, error: unknown) => void = () => undefined,
): Promise<Claim[]> {
  const alive = new Map<ProcessIdentity, boolean>()
  const taken: Claim[] = []
  for (const { segment, owner, name, deaths: earlier } of await listClaims(spool)) {
    if (!alive.has(owner)) alive.set(owner, isOwnerAlive(owner))
    if (alive.get(owner) === true) continue
    const deaths = Math.min(earlier + 1, MOST_DEATHS)
    const path = claimPath(spool, segment, identity, deaths)
    try {
      if (await renameUnlessGone(join(spool, 'claimed', name), path)) taken.push({ segment, path, deaths })
    } catch (error) {
      onTrouble(segment, error)
    }
  }
  return taken
}

/**
 * Removes the raw segments, once their counts are merged; nothing where they are gone already. `keptAt`: where one is moved to
 * instead, on the same disk; null: nowhere. Not synced: a segment that comes back after a power cut is in the ledger, and removed or
 * moved again.
 */
export async function removeClaimed(
  spool: string,
  segments: readonly string[],
  keptAt: (segment: string) => string | null = () => null,
): Promise<void> {
  let wanted = new Set(segments)
  // Twice, because a take-over may rename one between the look and the removal.
  for (let attempt = 0; attempt < 2 && wanted.size > 0; attempt++) {
    const removed = new Set<string>()
    for (const { name, segment } of await readClaims(spool)) {
      if (wanted.has(segment) && (await leaveUnlessGone(join(spool, 'claimed', name), keptAt(segment))))
        removed.add(segment)
    }
    wanted = new Set([...wanted].filter((segment) => !removed.has(segment)))
  }
}

/** Segments that somebody has claimed and that aren't merged, as far as the folder tells. */
export async function listClaimed(spool: string): Promise<string[]> {
  return (await readClaims(spool)).map(({ segment }) => segment)
}

/** Moves the raw segment out of the spool, to the file `to`; nothing where it is gone already. */
export async function setClaimedAside(spool: string, segment: string, to: string): Promise<void> {
  for (const { name } of (await listClaims(spool)).filter((claim) => claim.segment === segment)) {
    await renameUnlessGone(join(spool, 'claimed', name), to)
  }
}

/** The segment's name in that of a file in any of the spool's folders. */
export function segmentOfClaim(fileName: string): string {
  return splitClaim(fileName).segment
}

/** Stands between the segment and the process that has it. */
export const OWNER_MARK = '~'

/** In turn. */
async function listClaims(spool: string) {
  return (await readClaims(spool)).sort((a, b) => byTurn(a.segment, b.segment))
}

async function readClaims(spool: string) {
  return (await filesIn(spool, 'claimed')).map((name) => ({ name, ...splitClaim(name) }))
}

function splitClaim(fileName: string): { segment: string; deaths: number; owner: ProcessIdentity } {
  const { segment = fileName, deaths = '0', owner = '' } = CLAIM.exec(fileName)?.groups ?? {}
  return { segment, deaths: Number(deaths), owner }
}

const CLAIM = /^(?<segment>.*?)(?:~(?<deaths>[0-9]))?~(?<owner>[^~]*)$/s
const MOST_DEATHS = 9

export function claimPath(spool: string, segment: string, owner: ProcessIdentity, deaths = 0): string {
  const counted = deaths === 0 ? segment : `${segment}${OWNER_MARK}${deaths}`
  return join(spool, 'claimed', `${counted}${OWNER_MARK}${owner}`)
}

/** False where somebody else was faster. */
export async function renameUnlessGone(from: string, to: string): Promise<boolean> {
  try {
    await renameDurably(from, to)
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}

/** False where it was gone. */
async function leaveUnlessGone(path: string, keptAt: string | null): Promise<boolean> {
  try {
    await (keptAt === null ? unlink(path) : renameUnsynced(path, keptAt))
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
