import { segmentOfClaim } from './claims.ts'
import type { FrameRange } from './cut-log.ts'
import { filesIn, IMPORT_FOLDER } from './folders.ts'
import { parseImportName } from './import-name.ts'

/**
 * Which frames of the log with this digest wait in the spool to be converted or merged. Read before what comes later in the flow, it
 * misses nothing that moves on meanwhile.
 */
export async function rangesInSpool(spool: string, digest: string): Promise<FrameRange[]> {
  const names: string[] = []
  // Twice, because a take-over renames a claim within its folder.
  for (const folder of [IMPORT_FOLDER, 'claimed', 'claimed'] as const) names.push(...(await filesIn(spool, folder)))
  return rangesOfLog(names.map(segmentOfClaim), digest)
}

/** Those of `segments` that were cut from the log with this digest. */
export function rangesOfLog(segments: readonly string[], digest: string): FrameRange[] {
  return segments.flatMap((segment) => {
    const name = parseImportName(segment)
    return name === null || name.digest !== digest ? [] : [{ first: name.first, last: name.last }]
  })
}

/** How many segments of imports wait to be converted. */
export async function countWaitingImports(spool: string): Promise<number> {
  return (await filesIn(spool, IMPORT_FOLDER)).filter((name) => parseImportName(name) !== null).length
}
