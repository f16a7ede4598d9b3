import { stat } from 'node:fs/promises'
import type { ContentBlock } from '../../data/converted/content-block.ts'
import { type ConvertedFacts, ConvertedFileWriter } from '../../data/converted/converted-file.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { Submission } from '../../data/payload/submission.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { Frame } from '../../data/spool/frame.ts'
import { openSegmentReader } from '../../data/spool/read-segment.ts'
import type { SegmentEnd, SegmentPiece } from '../../data/spool/segment-piece.ts'
import { countOutcomes, type OutcomeCount } from './count-outcomes.ts'
import { DamageKeeper } from './keep-damaged.ts'
import { SegmentFacts } from './segment-facts.ts'
import { type SubmissionConversion, SubmissionConverter } from './submission-converter.ts'

/** Raised when the same submission would be decided differently. */
const CONVERTER_VERSION = '2'

export interface SegmentConversion extends SubmissionConversion {
  readonly claim: Claim
  readonly folders: { readonly converted: string; readonly corrupted: string }
  readonly coveragePauseMs: number
  /** For contents that wait to be written; without it, each conversion makes its own. */
  readonly room?: ContentBlock
}

/**
 * Turns a claimed segment into its converted file, which is there once it is committed (`commitConvertedFile`), and answers with what
 * became of its records. Every submission of the segment gets a record, also where our own code throws. Rejects where the
 * segment can't be read or the file not written; then there is no converted file, and doing it again does it whole.
 */
export async function convertSegment(conversion: SegmentConversion): Promise<readonly OutcomeCount[]> {
  const { claim, folders } = conversion
  const facts = new SegmentFacts()
  const segment = await openSegmentReader(claim.path)
  const keeper = new DamageKeeper(folders.corrupted, claim.segment)
  try {
    const writer = await ConvertedFileWriter.open(folders.converted, claim.segment, conversion.room)
    try {
      const submissions = new SubmissionConverter(conversion, writer)
      for await (const pieces of segment.readings()) {
        for (const piece of pieces) {
          // Mostly there is nothing to wait for, and waiting for nothing took a twentieth of a converter's time.
          const waiting = piece.kind === 'frame' ? take(piece.frame, facts, submissions) : keep(piece, facts, keeper)
          if (waiting !== null) await waiting
        }
      }
      await submissions.finish()
      await writer.finish(await factsOf(segment.end, facts, conversion))
      return countOutcomes(submissions.decided)
    } catch (error) {
      await writer.abandon()
      throw error
    }
  } finally {
    await keeper.abandon()
    await segment.close()
  }
}

type SubmissionFrame = Extract<Frame, { kind: 'submission' }>

/** Null: there is nothing to wait for. */
function take(frame: Frame, facts: SegmentFacts, submissions: SubmissionConverter): Promise<void> | null {
  facts.add(frame)
  return frame.kind === 'submission' ? submissions.add(submissionOf(frame)) : null
}

/** What is damaged is put aside before anything says that it is done. */
async function keep(
  piece: Exclude<SegmentPiece, { kind: 'frame' }>,
  facts: SegmentFacts,
  keeper: DamageKeeper,
): Promise<void> {
  if (piece.kind === 'damaged_bytes') return await keeper.add(piece.bytes)
  await keeper.finish(piece.stretch)
  facts.damaged.push(piece.stretch)
}

function submissionOf({ number, receivedAt, path, attributes, body }: SubmissionFrame): Submission {
  return { frame: number, receivedAt, path, headers: attributes, body }
}

async function factsOf(
  { header }: SegmentEnd,
  facts: SegmentFacts,
  { claim, rules, coveragePauseMs }: SegmentConversion,
): Promise<ConvertedFacts> {
  const createdAt = header.createdAt || (await lastChange(claim))
  return {
    segment: claim.segment,
    receiver: header.receiver,
    segmentCreatedAt: createdAt,
    converterVersion: CONVERTER_VERSION,
    coverage: facts.coverage(header, coveragePauseMs),
    damaged: facts.damaged.map((stretch) => ({ ...stretch, near: stretch.near || createdAt })),
    discarded: facts.discarded(rules),
  }
}

/** Of a file that doesn't tell when it was made: the counts of its damage belong somewhere near, not to 1970. */
async function lastChange(claim: Claim): Promise<EpochMs> {
  return Math.floor((await stat(claim.path)).mtimeMs)
}
