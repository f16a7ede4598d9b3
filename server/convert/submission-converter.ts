import type { ConvertedFileWriter } from '../../data/converted/converted-file.ts'
import type { ConvertedRecord } from '../../data/converted/converted-record.ts'
import { kept } from '../../data/converted/fresh-content.ts'
import type { Revision } from '../../data/histograms/revision.ts'
import { convertSubmission, failedConversion, type SpecificationResult } from '../../data/payload/convert-submission.ts'
import { type ConversionRules, type Reading, readSubmission } from '../../data/payload/read-submission.ts'
import type { QuickConversion, QuickConverter } from '../../data/payload/scan/convert-quickly.ts'
import type { Submission } from '../../data/payload/submission.ts'
import type { Poison } from './messages.ts'
import type { FrameSign } from './open-frame.ts'

export interface SubmissionConversion {
  readonly rules: ConversionRules
  readonly findSpecification: (revision: Revision) => Promise<SpecificationResult>
  /** Asked first; without one, or where it has no answer, a submission is read completely. */
  readonly quick?: QuickConverter
  /** One submission at a time, so that the one that ends the worker is known for certain. */
  readonly careful: boolean
  /** Frames that ended workers: not opened again, kept whole as `bad_payload`. */
  readonly poison: Poison
  readonly sign: FrameSign
}

/** Submissions are converted so many at a time, … */
const BATCH_SUBMISSIONS = 100
/** … fewer where their texts are longer than this together: memory stays bounded, whatever a segment holds. */
const BATCH_CHARACTERS = 4_000_000

/** A submission that is open, or what was decided without opening it. */
type Opened =
  | { readonly kind: 'reading'; readonly reading: Reading; readonly submission: Submission }
  | { readonly kind: 'decided'; readonly conversion: QuickConversion }

/** Converts a segment's submissions into its converted file, in their order. Each gets a record, also where our own code throws. */
export class SubmissionConverter {
  readonly #conversion: SubmissionConversion
  readonly #writer: ConvertedFileWriter
  /** Of each, what became of it. */
  readonly decided: Pick<ConvertedRecord, 'outcome' | 'problem'>[] = []
  #batch: Opened[] = []
  #characters = 0

  constructor(conversion: SubmissionConversion, writer: ConvertedFileWriter) {
    this.#conversion = conversion
    this.#writer = writer
  }

  /** A promise has to be waited for before the next is added; null: there is none. */
  add(submission: Submission): Promise<void> | null {
    const opened = this.#open(submission)
    // Waits for no specification, and what is written at once costs the garbage collector nothing.
    if (opened.kind === 'decided' && this.#batch.length === 0) {
      this.#write(opened.conversion)
      return this.#writeFullBlock()
    }
    this.#batch.push(held(opened))
    this.#characters += charactersOf(opened)
    const most = this.#conversion.careful ? 1 : BATCH_SUBMISSIONS
    return this.#batch.length < most && this.#characters < BATCH_CHARACTERS ? null : this.finish()
  }

  /** Converts and writes what still waits for others. */
  async finish(): Promise<void> {
    const batch = this.#batch
    if (batch.length === 0) return
    this.#batch = []
    this.#characters = 0
    for (const conversion of await this.#convert(batch)) {
      this.#write(conversion)
      if (this.#writer.isBlockFull) await this.#writer.writeBlock()
    }
    this.#conversion.sign.close()
  }

  #open(submission: Submission): Opened {
    const { rules, poison, quick, sign } = this.#conversion
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
  async #convert(batch: readonly Opened[]): Promise<QuickConversion[]> {
    const { rules, sign, findSpecification } = this.#conversion
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

  #write({ record, content }: QuickConversion): void {
    this.decided.push({ outcome: record.outcome, problem: record.problem })
    this.#writer.add(record, content)
  }

  /** Null: the block isn't full. */
  #writeFullBlock(): Promise<void> | null {
    const { sign } = this.#conversion
    if (!this.#writer.isBlockFull) {
      sign.close()
      return null
    }
    // Only closed then: writing it down takes memory, too.
    return this.#writer.writeBlock().then(() => sign.close())
  }
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
