import { DEBUG_ID, type ProblemCause } from '../converted/converted-record.ts'
import { applySchema, type DimensionSchema, FIELD_NAMES } from '../domain/dimension-schema.ts'
import type { Dimensions } from '../domain/dimensions.ts'
import { parseSubmissionPath, type SubmissionPath } from '../domain/submission-path.ts'
import { parseRevision, type Revision, type RevisionRules, revisionPrefix } from '../histograms/revision.ts'
import { bodyText } from './body-text.ts'
import { type JsonLimits, type JsonObject, scanJson, sourceOf } from './json-text.ts'
import { dimensionsOfPath, invalidPath, resolveDimensions, textOf } from './payload-dimensions.ts'
import { debugId, type Submission, senderCountry, sourceTags } from './submission.ts'
import { infoDimensions, normalOs } from './versions/info.ts'
import { type PayloadVersion, readVersion, versionOf } from './versions/read-version.ts'
import { type Field, fieldAt, type HistogramSection, type VersionedPayload } from './versions/versioned-payload.ts'

export interface ConversionRules {
  /** A body that inflates to more is `too_large_inflated`. */
  readonly maxInflatedBytes: number
  /** JSON beyond these is `bad_json`. */
  readonly json: JsonLimits
  /** A submission that would lose more than this share of its histograms (0 to 1) is quarantined whole. */
  readonly lostHistogramsRatio: number
  readonly revisions: RevisionRules
  readonly dimensions: DimensionSchema
  /** The kept header, lower case, in which a proxy says the country of the sender; absent or null: none does. */
  readonly countryHeader?: string | null
}

/** All that is known of a submission before its histogram specification is asked for. */
export interface Reading {
  readonly submission: Submission
  readonly documentId: string
  readonly dimensions: Dimensions
  readonly attributes: Readonly<Record<string, string>>
  readonly findings: readonly ProblemCause[]
  /** Null: whatever its findings say, it stays as it came. */
  readonly payload: ReadPayload | null
}

/** A payload of a known version: its text, and where the parts stand that conversion changes. */
export interface ReadPayload extends Pick<VersionedPayload, 'rewritten'> {
  readonly text: string
  readonly version: PayloadVersion
  /** None: nothing needs a revision. */
  readonly sections: readonly HistogramSection[]
  /** Whose specification it needs; null where it has no histograms. */
  readonly revision: Revision | null
  /** Where the revision stands: `info.revision`. */
  readonly revisionField: string
}

/** Opens a submission. Whatever its bytes are, the answer is a reading; see `Reading.findings` for what is wrong. */
export function readSubmission(submission: Submission, rules: ConversionRules): Reading {
  const path = parseSubmissionPath(submission.path)
  const body = bodyText(submission.body, rules.maxInflatedBytes)
  if (body.kind === 'problem') {
    return unreadable(submission, path, { problem: body.problem, field: 'body', value: body.value }, rules)
  }
  const scan = scanJson(body.text, rules.json)
  if (scan.kind === 'bad') {
    const here = body.text.slice(scan.offset, scan.offset + 40)
    const value = `${scan.what} at character ${scan.offset}, found "${here}"`
    return unreadable(submission, path, { problem: 'bad_json', field: 'body', value }, rules)
  }
  if (scan.root.kind !== 'object') {
    const value = `${scan.root.kind} instead of an object`
    return unreadable(submission, path, { problem: 'bad_payload', field: 'body', value }, rules)
  }
  return readPayload(submission, path, body.text, scan.root, rules)
}

/** What `readSubmission` says of a body whose JSON has been read: `text`, and its object `root`. */
export function readPayload(
  submission: Submission,
  path: SubmissionPath,
  text: string,
  root: JsonObject,
  rules: ConversionRules,
): Reading {
  const version = versionOf(text, root)
  if (version.kind === 'unknown') return unknownVersion(submission, path, text, root, version.value, rules)

  const documentId = documentIdOf(path)
  const country = rules.countryHeader ? senderCountry(submission, rules.countryHeader) : null
  const read = readVersion(version, text, root, { documentId, country })
  const resolved = resolveDimensions(read.dimensions, path)
  const dimensions = applySchema(resolved.dimensions, rules.dimensions)
  const sent = { revision: textOf(text, read.revision.node), os: textOf(text, read.os.node) }
  const attributes = attributesOf(submission, path, sent.revision, sent.os, rules)
  const unconverted = (problem: ProblemCause): Reading => ({
    submission,
    documentId,
    dimensions,
    attributes,
    findings: [...resolved.findings, problem],
    payload: null,
  })
  if (read.problem !== null) return unconverted(read.problem)

  const { sections, rewritten } = read
  const revision = sections.length === 0 ? null : neededRevision(text, read.revision, rules)
  if (revision !== null && 'problem' in revision) return unconverted(revision)
  const revisionField = read.revision.field
  return {
    submission,
    documentId,
    dimensions,
    attributes,
    findings: resolved.findings,
    payload: { text, version: version.number, sections, revision, revisionField, rewritten },
  }
}

/** Nobody knows what such a payload holds; who sent it is looked for where most versions say it. */
function unknownVersion(
  submission: Submission,
  path: SubmissionPath,
  text: string,
  root: JsonObject,
  value: string,
  rules: ConversionRules,
): Reading {
  const resolved = resolveDimensions(infoDimensions(text, root), path)
  const revision = textOf(text, fieldAt(root, 'info', 'revision').node)
  const os = textOf(text, fieldAt(root, 'info', 'OS').node)
  // Where another version keeps its dimensions isn't known here, so the path can't be held against it.
  const findings = resolved.findings.filter(({ problem }) => problem !== 'invalid_path')
  return {
    submission,
    documentId: documentIdOf(path),
    dimensions: applySchema(resolved.dimensions, rules.dimensions),
    attributes: attributesOf(submission, path, revision, os, rules),
    findings: [...findings, { problem: 'unknown_version', field: 'ver', value }],
    payload: null,
  }
}

function unreadable(
  submission: Submission,
  path: SubmissionPath,
  finding: ProblemCause,
  rules: ConversionRules,
): Reading {
  const all = Object.values(FIELD_NAMES)
  const pathProblem = path.kind === 'full' || path.kind === 'id' ? [] : [invalidPath(path, all)]
  return {
    submission,
    documentId: documentIdOf(path),
    dimensions: applySchema(dimensionsOfPath(path), rules.dimensions),
    attributes: attributesOf(submission, path, null, null, rules),
    findings: [finding, ...pathProblem],
    payload: null,
  }
}

function neededRevision(text: string, { field, node }: Field, rules: ConversionRules): Revision | ProblemCause {
  const url = textOf(text, node)
  if (url !== null) return parseRevision(url, rules.revisions) ?? { problem: 'invalid_revision', field, value: url }
  // `""` and `null` say as little as nothing; a list or an object was meant to say something.
  if (node?.kind === 'object' || node?.kind === 'array') {
    return { problem: 'invalid_revision', field, value: sourceOf(text, node) }
  }
  return { problem: 'missing_revision', field, value: node === null ? 'absent' : sourceOf(text, node) }
}

function documentIdOf(path: SubmissionPath): string {
  return path.kind === 'elsewhere' ? '' : path.documentId
}

/** What is watched for values never seen before, and the debug id. */
function attributesOf(
  submission: Submission,
  path: SubmissionPath,
  revision: string | null,
  os: string | null,
  rules: ConversionRules,
): Record<string, string> {
  const attributes: Record<string, string> = { path_form: pathForm(path) }
  if (revision !== null) attributes.revision_prefix = watchable(revisionPrefix(revision, rules.revisions))
  if (os !== null) attributes.os = watchable(normalOs(os))
  const tags = sourceTags(submission.headers)
  if (tags.length > 0) attributes.source_tag = watchable(tags.sort().join(','))
  const debug = debugId(submission)
  if (debug !== null) attributes[DEBUG_ID] = debug
  return attributes
}

function pathForm(path: SubmissionPath): string {
  return path.kind === 'full' || path.kind === 'id' ? path.kind : 'malformed'
}

const LONGEST_ATTRIBUTE = 100

function watchable(value: string): string {
  return value.slice(0, LONGEST_ATTRIBUTE).replace(/[\p{Cc}\p{Cs}]/gu, '?')
}
