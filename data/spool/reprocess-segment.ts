import { randomBytes } from 'node:crypto'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { convertedFilePath, segmentOfConvertedFile } from '../converted/converted-file.ts'
import type { EpochMs } from '../domain/time.ts'
import { renameDurably } from '../files/durable.ts'
import { removeClaimed, segmentOfClaim } from './claims.ts'
import { filesIn, REPROCESS_FOLDER } from './folders.ts'
import { encodeFrame } from './frame.ts'
import { laneOf, reprocessName } from './lanes.ts'
import { encodeSegmentHeader } from './segment-header.ts'

/** A submission that is kept and is to be converted once more, as it was received. */
export interface KeptSubmission {
  readonly receivedAt: EpochMs
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A name that no segment ever had. */
export function newReprocessName(): string {
  return reprocessName(randomBytes(8).toString('hex'))
}

/**
 * Lays the submissions into the spool as the segment `name`, numbered in their order, from where a converter takes it behind all that
 * is received live. It holds nothing that isn't kept elsewhere: whoever laid it there may take it out again at any time.
 */
export async function writeReprocessSegment(
  spool: string,
  name: string,
  submissions: AsyncIterable<KeptSubmission>,
): Promise<number> {
  const aside = join(spool, REPROCESS_FOLDER, `${name}${ASIDE}`)
  const id = randomBytes(8)
  const handle = await open(aside, 'w', 0o640)
  let frames = 0
  try {
    const identity = { receiver: REPROCESS_FOLDER, createdAt: 0, writer: '', id: id.toString('hex') }
    await handle.writeFile(encodeSegmentHeader(identity))
    for await (const { receivedAt, path, headers, body } of submissions) {
      const entry = { kind: 'submission', path, attributes: headers, body: [body] } as const
      await handle.writeFile(encodeFrame(id, frames, receivedAt, entry))
      frames++
    }
  } finally {
    await handle.close()
  }
  await renameDurably(aside, join(spool, REPROCESS_FOLDER, name))
  return frames
}

const ASIDE = '.aside'

/**
 * Takes the segment out of the flow, wherever it stands: waiting, claimed, or converted into the folder `converted`. A converter
 * that has it open may leave its converted file afterwards; `clearReprocessing` removes that.
 */
export async function removeReprocessSegment(spool: string, converted: string, name: string): Promise<void> {
  await rm(join(spool, REPROCESS_FOLDER, name), { force: true })
  // In this order: where there is a claim and no converted file, it would be converted anew.
  await removeClaimed(spool, [name])
  await rm(convertedFilePath(converted, name), { force: true })
}

/** Removes all that reprocessing ever left in the flow; only where none runs. */
export async function clearReprocessing(spool: string, converted: string): Promise<void> {
  const waiting = await filesIn(spool, REPROCESS_FOLDER)
  for (const name of waiting) await rm(join(spool, REPROCESS_FOLDER, name), { force: true })
  const claimed = (await filesIn(spool, 'claimed')).map(segmentOfClaim)
  const done = (await readdir(converted)).map(segmentOfConvertedFile).filter((name) => name !== null)
  for (const name of new Set([...claimed, ...done])) {
    if (laneOf(name) === 'reprocess') await removeReprocessSegment(spool, converted, name)
  }
}
