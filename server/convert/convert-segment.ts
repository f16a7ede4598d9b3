import { stat } from 'node:fs/promises'
import type { ContentBlock } from '../../data/converted/content-block.ts'
import { type ConvertedFacts, ConvertedFileWriter } from '../../data/converted/converted-file.ts'
import type { ConvertedRecord } from '../../data/converted/converted-record.ts'
import { kept } from '../../data/converted/fresh-content.ts'
import type { EpochMs } from '../../data/domain/time.ts'
import type { Revision } from '../../data/histograms/revision.ts'
import { convertSubmission, failedConversion, type SpecificationResult } from '../../data/payload/convert-submission.ts'
import { type ConversionRules, type Reading, readSubmission } from '../../data/payload/read-submission.ts'
import type { QuickConversion, QuickConverter } from '../../data/payload/scan/convert-quickly.ts'
import type { Submission } from '../../data/payload/submission.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { Frame } from '../../data/spool/frame.ts'
import { openSegmentReader, type SegmentReader } from '../../data/spool/read-segment.ts'
import type { SegmentEnd } from '../../data/spool/segment-piece.ts'
import { countOutcomes, type OutcomeCount } from './count-outcomes.ts'
import { DamageKeeper } from './keep-damaged.ts'
import type { Poison } from './messages.ts'
import type { FrameSign } from './open-frame.ts'
import { SegmentFacts } from './segment-facts.ts'

/** Raised when the same submission would be decided differently. */
const CONVERTER_VERSION = '2'

export interface SegmentConversion {
  readonly claim: Claim
  readonly folders: { readonly converted: string; readonly corrupted: string }
  readonly rules: ConversionRules
  readonly coveragePauseMs: number
  readonly findSpecification: (revision: Revision) => Promise<SpecificationResult>
  /** Asked first; without one, or where it has no answer, a submission is read completely. */
  readonly quick?: QuickConverter
  /** One submission at a time, so that the one that ends the worker is known for certain. */
  readonly careful: boolean
  /** Frames that ended workers: not opened again, kept whole as `bad_payload`. */
  readonly poison: Poison
  readonly sign: FrameSign
  /** For contents that wait to be written; without it, each conversion makes its own. */
  readonly room?: ContentBlock
}

/** Submissions are converted so many at a time, … */
const BATCH_SUBMISSIONS = 100
/** … fewer where their texts are longer than this together: memory stays bounded, whatever a segment holds. */
const BATCH_CHARACTERS = 4_000_000

/**
 * Turns a claimed segment into its converted file, which is there once it is committed (`commitConvertedFile`), and answers with what
 * became of its records. Every submission of the segment gets a record, also where our own code throws. Rejects where the
 * segment can't be read or the file not written; then there is no converted file, and doing it again does it whole.
 */
export async function convertSegment(conversion: SegmentConversion): Promise<readonly OutcomeCount[]> {
  const { claim, folders } = conversion
  const facts = new SegmentFacts()
  const decided: Pick<ConvertedRecord, 'outcome' | 'problem'>[] = []
  const segment = await openSegmentReader(claim.path)
  const keeper = new DamageKeeper(folders.corrupted, claim.segment)
  try {
    const writer = await ConvertedFileWriter.open(folders.converted, claim.segment, conversion.room)
    try {
      for await (const batch of batches(submissionsOf(segment, facts, keeper), conversion)) {
        for (const { record, content } of await convertBatch(batch, conversion)) {
          decided.push({ outcome: record.outcome, problem: record.problem })
          await writer.append(record, content)
        }
        // Only now: writing it down takes memory, too.
        conversion.sign.close()
      }
      await writer.finish(await factsOf(segment.end, facts, conversion))
      return countOutcomes(decided)
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

/** The segment's submissions; all else that it holds goes to `facts`, and what is damaged aside, before anything says that it is done. */
async function* submissionsOf(
  segment: SegmentReader,
  facts: SegmentFacts,
  keeper: DamageKeeper,
): AsyncGenerator<SubmissionFrame> {
  for await (const piece of segment) {
    switch (piece.kind) {
      case 'frame':
        facts.add(piece.frame)
        if (piece.frame.kind === 'submission') yield piece.frame
        break
      case 'damaged_bytes':
        await keeper.add(piece.bytes)
        break
      case 'damaged':
        await keeper.finish(piece.stretch)
        facts.damaged.push(piece.stretch)
        break
      default:
        piece satisfies never
    }
  }
}

/** A submission that is open, or what was decided without opening it. */
type Opened =
  | { readonly kind: 'reading'; readonly reading: Reading; readonly submission: Submission }
  | { readonly kind: 'decided'; readonly conversion: QuickConversion }

async function* batches(
  frames: AsyncIterable<SubmissionFrame>,
  conversion: SegmentConversion,
): AsyncGenerator<Opened[]> {
  const most = conversion.careful ? 1 : BATCH_SUBMISSIONS
  let batch: Opened[] = []
  let characters = 0
  for await (const frame of frames) {
    const opened = openSubmission(submissionOf(frame), conversion)
    // Waits for no specification, and texts that are written at once cost the garbage collector nothing.
    if (opened.kind === 'decided' && batch.length === 0) {
      yield [opened]
      continue
    }
    batch.push(held(opened))
    characters += charactersOf(opened)
    if (batch.length < most && characters < BATCH_CHARACTERS) continue
    yield batch
    batch = []
    characters = 0
  }
  if (batch.length > 0) yield batch
}

/** As it can stay in a batch: what was converted by its bytes is good until the next submission is. */
function held(opened: Opened): Opened {
  if (opened.kind === 'reading') return opened
  const { record, content } = opened.conversion
  return { kind: 'decided', conversion: { record, content: kept(content) } }
}

/** Of what is kept in memory of it until its batch is done, without what came. */
function charactersOf(opened: Opened): number {
  if (opened.kind === 'reading') return opened.reading.payload?.text.length ?? 0
  const { content } = opened.conversion
  return content.kind === 'converted' ? content.payload.length + content.dropped.length : 0
}

function submissionOf(frame: SubmissionFrame): Submission {
  const { number, receivedAt, path, attributes, body } = frame
  return { frame: number, receivedAt, path, headers: attributes, body }
}

function openSubmission(submission: Submission, { rules, poison, quick, sign }: SegmentConversion): Opened {
  const known = poison.get(submission.frame)
  if (known !== undefined) {
    return { kind: 'decided', conversion: failedConversion(submission, known, rules, 'bad_payload') }
  }
  sign.open(submission.frame)
  try {
    const conversion = quick?.convert(submission)
    if (conversion !== undefined && conversion !== null) return { kind: 'decided', conversion }
    return { kind: 'reading', reading: readSubmission(submission, rules), submission }
  } catch (error) {
    return { kind: 'decided', conversion: failedConversion(submission, error, rules) }
  } finally {
    sign.pause()
  }
}

/** All specifications of a batch are asked for at once, so that it waits for the slowest, not for their sum. */
async function convertBatch(batch: readonly Opened[], conversion: SegmentConversion): Promise<QuickConversion[]> {
  const { rules, sign, findSpecification } = conversion
  const found = new Map<string, SpecificationResult>()
  await Promise.all(
    neededRevisions(batch).map(async ([key, revision]) => found.set(key, await findSpecification(revision))),
  )
  const conversions = batch.map((opened): QuickConversion => {
    if (opened.kind === 'decided') return opened.conversion
    const { reading, submission } = opened
    sign.open(submission.frame)
    try {
      const revision = reading.payload?.revision ?? null
      const specification = revision === null ? undefined : found.get(revisionKey(revision))
      return convertSubmission(reading, specification ?? { kind: 'unavailable' }, rules)
    } catch (error) {
      return failedConversion(submission, error, rules)
    }
  })
  sign.pause()
  return conversions
}

function neededRevisions(batch: readonly Opened[]): [string, Revision][] {
  const needed = new Map<string, Revision>()
  for (const opened of batch) {
    const revision = opened.kind === 'reading' ? (opened.reading.payload?.revision ?? null) : null
    if (revision !== null) needed.set(revisionKey(revision), revision)
  }
  return [...needed]
}

/** Two prefixes of one repository name the same specification. */
export function revisionKey({ repository, hex }: Revision): string {
  return `${repository} ${hex}`
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
