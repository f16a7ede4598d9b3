import type { FreshContent } from '../../converted/fresh-content.ts'
import { parseSubmissionPath } from '../../domain/submission-path.ts'
import { parseRevision, type Revision } from '../../histograms/revision.ts'
import type { HistogramSpecification } from '../../histograms/specification.ts'
import { decodeText, inflatedBody, isGzip } from '../body-text.ts'
import { type Conversion, convertSubmission } from '../convert-submission.ts'
import { type JsonObject, scanJson } from '../json-text.ts'
import { type ConversionRules, readPayload } from '../read-submission.ts'
import { type SiftedHistograms, unknownHistogram } from '../sift-histograms.ts'
import type { Submission } from '../submission.ts'
import type { HistogramSection } from '../versions/versioned-payload.ts'
import { HistogramScanner, type ScannedHistograms, SLACK_BYTES } from './histogram-scanner.ts'
import { LayoutIndex } from './layout-index.ts'
import { ReusedGunzip } from './reused-gunzip.ts'
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
/** What stands for the histograms in the text that is read as JSON: as deep as they are. */
const PLACEHOLDER = '{"":{"":{}}}'
const PLACEHOLDER_BYTES = Buffer.from(PLACEHOLDER)
const PLACEHOLDER_VALUES = 3

/**
 * Converts the submissions that are as clients write them in a quarter of the time. Histograms are nine tenths of such a
 * payload; they are scanned as bytes, against the specification of the revision that the payload most likely names, and
 * everything else is read by the complete conversion's own functions, with a placeholder where the histograms stood. If
 * that reading finds the placeholder at the place of the payload's histograms, and the revision to be the one that was
 * guessed, the result is what the complete conversion says; else it is nothing, and the complete conversion has to
 * say. The text before the histograms and behind them is read as JSON with an object between, so it is JSON with any
 * other object there as well.
 */
export class QuickConverter {
  readonly #rules: ConversionRules
  readonly #known: KnownSpecification
  readonly #scanner = new HistogramScanner()
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
    return this.#complete(
      submission,
      { before: bytes.subarray(0, start), behind: bytes.subarray(scanned.end) },
      scanned,
      { revision, specification },
    )
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

  #complete(
    submission: Submission,
    { before, behind }: { readonly before: Buffer; readonly behind: Buffer },
    scanned: ScannedHistograms,
    guess: { readonly revision: Revision; readonly specification: HistogramSpecification },
  ): QuickConversion | null {
    const rules = this.#rules
    const rest = decodeText(Buffer.concat([before, PLACEHOLDER_BYTES, behind]))
    if (rest.kind === 'problem') return null
    const { text } = rest
    const scan = scanJson(text, rules.json)
    if (scan.kind === 'bad' || scan.root.kind !== 'object') return null
    if (scan.values - PLACEHOLDER_VALUES + scanned.values > rules.json.maxValues) return null
    const reading = readPayload(submission, parseSubmissionPath(submission.path), text, scan.root, rules)
    const { payload } = reading
    if (payload?.version !== 1 || payload.revision === null) return null
    const [section, another] = payload.sections
    if (section === undefined || section.isKeyed || another !== undefined) return null
    if (!isSame(payload.revision, guess.revision)) return null
    if (!isPlaceholder(section.node, before)) return null
    const sifted = siftedOf(scanned, section, guess.specification)
    return filledIn(
      convertSubmission(reading, { kind: 'found', specification: guess.specification }, rules, sifted),
      scanned.kept,
    )
  }
}

/** The conversion with `histograms` where the placeholder stands; null: it stands there more than once. */
function filledIn({ record, content }: Conversion, histograms: Uint8Array): QuickConversion | null {
  if (content.kind === 'raw') return { record, content }
  const { payload, dropped } = content
  const at = payload.indexOf(PLACEHOLDER)
  if (at === -1 || at !== payload.lastIndexOf(PLACEHOLDER)) return null
  const before = payload.slice(0, at)
  return {
    record,
    content: { kind: 'pieces', before, histograms, behind: payload.slice(at + PLACEHOLDER.length), dropped },
  }
}

function isSame(a: Revision, b: Revision): boolean {
  return a.repository === b.repository && a.hex === b.hex
}

/** That the payload's histograms stand right behind `before`, where theirs were replaced. */
function isPlaceholder(node: JsonObject, before: Buffer): boolean {
  const text = decodeText(before)
  return text.kind === 'text' && node.start === text.text.length
}

function siftedOf(
  { unknown, total }: ScannedHistograms,
  { field, place }: HistogramSection,
  specification: HistogramSpecification,
): SiftedHistograms {
  return {
    // The placeholder stays where it is: what it stands for is bytes.
    edits: [],
    dropped: Array.from(unknown, ([name, text]) => ({ within: place, member: `"${name}":${text}` })),
    findings: Array.from(unknown.keys(), (name) => unknownHistogram(specification, `${field}.${name}`, name)),
    total,
    lost: unknown.size,
  }
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
