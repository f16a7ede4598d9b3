import type { ProblemCause } from '../../converted/converted-record.ts'
import type { FreshContent, Piece } from '../../converted/fresh-content.ts'
import { parseSubmissionPath } from '../../domain/submission-path.ts'
import { parseRevision, type Revision } from '../../histograms/revision.ts'
import type { HistogramSpecification } from '../../histograms/specification.ts'
import { inflatedBody, isGzip } from '../body-text.ts'
import { type Conversion, convertSubmission } from '../convert-submission.ts'
import type { DroppedPart } from '../dropped-parts.ts'
import { scanJson } from '../json-text.ts'
import { type ConversionRules, readPayload } from '../read-submission.ts'
import { type SiftedHistograms, unknownHistogram } from '../sift-histograms.ts'
import type { Submission } from '../submission.ts'
import type { HistogramSection } from '../versions/versioned-payload.ts'
import { HistogramScanner, type ScannedHistograms, SLACK_BYTES } from './histogram-scanner.ts'
import { LayoutIndex } from './layout-index.ts'
import { ReusedGunzip } from './reused-gunzip.ts'
import { areMembers, PLACEHOLDER, PLACEHOLDER_VALUES, SkeletonMaker, unreadValues } from './skeleton.ts'
import { ascii, skipSpace } from './skip-value.ts'

/** A conversion whose content is good until the next one. */
export interface QuickConversion extends Pick<Conversion, 'record'> {
  readonly content: FreshContent
}

/** The specification of `revision`, where it is at hand. */
export type KnownSpecification = (revision: Revision) => HistogramSpecification | null

const HISTOGRAMS = Buffer.from('"histograms":')
const REVISION = Buffer.from('"revision":')
/** `info` stands last in what clients write, or first. */
const REVISION_WITHIN_BYTES = 16 * 1024
const LONGEST_REVISION_BYTES = 500

/** What says that it is longer isn't believed before it is inflated: memory is kept for what is common. */
const MOST_REUSED_BYTES = 1024 * 1024

/**
 * Converts the submissions that are as clients write them in a quarter of the time. Histograms are nine tenths of such a
 * payload; they are scanned as bytes, against the specification of the revision that the payload most likely names. Long
 * values that conversion only hands on are walked over likewise. What is left is read by the complete conversion's own
 * functions, with a placeholder for each value that isn't. If that reading finds the placeholders to be members of the
 * payload, one of them its histograms, and the revision to be the one that was guessed, the result is what the complete
 * conversion says; else it is nothing, and the complete conversion has to say. What is JSON with an object for a
 * member's value is JSON with any other value there as well.
 */
export class QuickConverter {
  readonly #rules: ConversionRules
  readonly #known: KnownSpecification
  readonly #scanner = new HistogramScanner()
  readonly #skeletons = new SkeletonMaker()
  readonly #gunzip = ReusedGunzip.create()
  /** Is used again, from one submission to the next. */
  #input = new Uint8Array(0)

  constructor(rules: ConversionRules, known: KnownSpecification) {
    this.#rules = rules
    this.#known = known
  }

  /** Null: it takes the complete conversion. */
  convert(submission: Submission): QuickConversion | null {
    const length = this.#open(submission.body)
    if (length === null) return null
    const input = this.#input
    const bytes = Buffer.from(input.buffer, 0, length)
    const found = bytes.indexOf(HISTOGRAMS)
    if (found === -1) return null
    const start = skipSpace(input, found + HISTOGRAMS.length)
    if (input[start] !== ascii.openBrace) return null
    const revision = this.#revisionIn(bytes, start)
    const specification = revision === null ? null : this.#known(revision)
    if (revision === null || specification === null) return null
    const scanned = this.#scanner.scan(input, start, LayoutIndex.of(specification))
    if (scanned === null || scanned.end > length) return null
    return this.#complete(submission, { start, length, scanned }, { revision, specification })
  }

  /** Puts what `body` holds into `#input`, and a zero behind it, as the scanner wants it: how many bytes; null: it can't be said. */
  #open(body: Uint8Array): number | null {
    const said = isGzip(body) ? ReusedGunzip.saidBytes(body) : null
    if (said !== null && this.#gunzip !== null && said <= Math.min(MOST_REUSED_BYTES, this.#rules.maxInflatedBytes)) {
      this.#makeRoom(said)
      if (!this.#gunzip.inflate(body, this.#input)) return null
      this.#input[said] = 0
      return said
    }
    const inflated = inflatedBody(body, this.#rules.maxInflatedBytes)
    if (inflated.kind === 'problem') return null
    const { length } = inflated.bytes
    this.#makeRoom(length)
    this.#input.set(inflated.bytes)
    this.#input[length] = 0
    return length
  }

  #makeRoom(length: number): void {
    const needed = length + 1 + SLACK_BYTES
    if (this.#input.length < needed) this.#input = new Uint8Array(2 * needed)
  }

  #revisionIn(bytes: Buffer, histogramsAt: number): Revision | null {
    const url =
      urlIn(bytes.subarray(Math.max(histogramsAt, bytes.length - REVISION_WITHIN_BYTES))) ??
      urlIn(bytes.subarray(0, Math.min(histogramsAt, REVISION_WITHIN_BYTES)))
    return url === null ? null : parseRevision(url, this.#rules.revisions)
  }

  #complete(submission: Submission, { start, length, scanned }: Found, guess: Guess): QuickConversion | null {
    const rules = this.#rules
    const input = this.#input
    const count = { values: scanned.values }
    const before = unreadValues(input, 1, start, count)
    // Behind the comma that follows the histograms.
    const behind = unreadValues(input, scanned.end + 1, length, count)
    const stretches = [...before, { start, end: scanned.end }, ...behind]
    const skeleton = this.#skeletons.make(input, length, stretches)
    if (skeleton === null) return null
    const { text, places } = skeleton
    const scan = scanJson(text, rules.json)
    if (scan.kind === 'bad' || scan.root.kind !== 'object' || !areMembers(places, scan.root)) return null
    if (scan.values - PLACEHOLDER_VALUES * places.length + count.values > rules.json.maxValues) return null
    const reading = readPayload(submission, parseSubmissionPath(submission.path), text, scan.root, rules)
    const { payload } = reading
    if (payload?.version !== 1 || payload.revision === null) return null
    const [section, another] = payload.sections
    if (section === undefined || section.isKeyed || another !== undefined) return null
    if (!isSame(payload.revision, guess.revision) || section.node.start !== places[before.length]) return null
    const sifted = siftedOf(scanned, section, guess.specification)
    const values: Uint8Array[] = stretches.map(({ start, end }) => input.subarray(start, end))
    values[before.length] = scanned.kept
    return filledIn(
      convertSubmission(reading, { kind: 'found', specification: guess.specification }, rules, sifted),
      values,
    )
  }
}

/** Where the histograms stand in a payload, how long that is, and what the histograms are. */
interface Found {
  readonly start: number
  readonly length: number
  readonly scanned: ScannedHistograms
}

interface Guess {
  readonly revision: Revision
  readonly specification: HistogramSpecification
}

/** The conversion with `values` where the placeholders stand; null: more stand there. */
function filledIn({ record, content }: Conversion, values: readonly Uint8Array[]): QuickConversion | null {
  if (content.kind === 'raw') return { record, content }
  const texts = content.payload.split(PLACEHOLDER)
  if (texts.length !== values.length + 1) return null
  const payload: Piece[] = []
  for (const [place, text] of texts.entries()) {
    payload.push(text)
    const value = values[place]
    if (value !== undefined) payload.push(value)
  }
  return { record, content: { kind: 'pieces', payload, dropped: content.dropped } }
}

function isSame(a: Revision, b: Revision): boolean {
  return a.repository === b.repository && a.hex === b.hex
}

function siftedOf(
  { unknown, total }: ScannedHistograms,
  { field, place }: HistogramSection,
  specification: HistogramSpecification,
): SiftedHistograms {
  const dropped: DroppedPart[] = []
  const findings: ProblemCause[] = []
  for (const [name, text] of unknown) {
    dropped.push({ within: place, member: `"${name}":${text}` })
    findings.push(unknownHistogram(specification, `${field}.${name}`, name))
  }
  // The placeholder stays where it is: what it stands for is bytes.
  return { edits: [], dropped, findings, total, lost: unknown.size }
}

/** What stands as `"revision"` for the last time in `bytes`; null where nothing does, or not plainly. */
function urlIn(bytes: Buffer): string | null {
  const found = bytes.lastIndexOf(REVISION)
  if (found === -1) return null
  const start = skipSpace(bytes, found + REVISION.length) + 1
  const end = bytes.indexOf(ascii.quote, start)
  const isPlain = bytes[start - 1] === ascii.quote && end !== -1 && end - start <= LONGEST_REVISION_BYTES
  return isPlain ? bytes.toString('latin1', start, end) : null
}
