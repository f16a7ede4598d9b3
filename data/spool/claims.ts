import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { renameDurably } from '../files/durable.ts'
import { isNotFound } from '../files/is-not-found.ts'
import { filesIn } from './folders.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { isAlive } from './process-identity.ts'
import { parseSegmentName } from './segment-name.ts'

/** A segment that one converter has, as the file `claimed/<segment>~<owner>`, until the owner of the counts merged it. */
export interface Claim {
  /** The segment's name: the same for ever, whoever has it. */
  readonly segment: string
  readonly path: string
}

/**
 * Claims the oldest closed segment for the process `identity`; null: none waits. Of all who try, exactly one gets it:
 * it is a rename, and the second finds nothing to rename. Files of the 2013 server, whose names hold no creation time,
 * come last, in order of name.
 */
export async function claimNext(spool: string, identity: ProcessIdentity): Promise<Claim | null> {
  const names = (await filesIn(spool, 'closed')).filter((name) => !name.includes(OWNER_MARK))
  for (const segment of names.sort(byAge)) {
    const path = claimPath(spool, segment, identity)
    if (await renameUnlessGone(join(spool, 'closed', segment), path)) return { segment, path }
  }
  return null
}

/** Claims for `identity` all that processes had which are gone, oldest first: those of any former process, on any start. */
export async function takeOverDeadClaims(
  spool: string,
  identity: ProcessIdentity,
  isOwnerAlive: (owner: ProcessIdentity) => boolean = isAlive,
): Promise<Claim[]> {
  const taken: Claim[] = []
  for (const { segment, owner, name } of await listClaims(spool)) {
    if (isOwnerAlive(owner)) continue
    const path = claimPath(spool, segment, identity)
    if (await renameUnlessGone(join(spool, 'claimed', name), path)) taken.push({ segment, path })
  }
  return taken
}

/**
 * Removes the raw segment, once its counts are merged; nothing where it is gone already. Not synced: a segment that
 * comes back after a power cut is in the ledger, and removed again.
 */
export async function removeClaimed(spool: string, segment: string): Promise<void> {
  // Twice, because a take-over may rename it between the look and the removal.
  for (let attempt = 0; attempt < 2; attempt++) {
    const claims = (await listClaims(spool)).filter((claim) => claim.segment === segment)
    for (const { name } of claims) {
      await unlink(join(spool, 'claimed', name)).catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
    }
  }
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

/** Oldest first; names without a creation time last. */
export function byAge(a: string, b: string): number {
  const ages = [a, b].map((name) => parseSegmentName(name)?.createdAt ?? Number.MAX_SAFE_INTEGER)
  return (ages[0] ?? 0) - (ages[1] ?? 0) || (a < b ? -1 : 1)
}

const OWNER_MARK = '~'

async function listClaims(spool: string) {
  const claims = (await filesIn(spool, 'claimed')).map((name) => ({ name, ...splitClaim(name) }))
  return claims.sort((a, b) => byAge(a.segment, b.segment))
}

function splitClaim(fileName: string): { segment: string; owner: ProcessIdentity } {
  const mark = fileName.lastIndexOf(OWNER_MARK)
  if (mark === -1) return { segment: fileName, owner: '' }
  return { segment: fileName.slice(0, mark), owner: fileName.slice(mark + 1) }
}

function claimPath(spool: string, segment: string, owner: ProcessIdentity): string {
  return join(spool, 'claimed', `${segment}${OWNER_MARK}${owner}`)
}

/** False where somebody else was faster. */
async function renameUnlessGone(from: string, to: string): Promise<boolean> {
  try {
    await renameDurably(from, to)
    return true
  } catch (error) {
    if (isNotFound(error)) return false
    throw error
  }
}
