import type { ProblemCause } from '../converted/converted-record.ts'
import { applySchema, type DimensionSchema, FIELD_NAMES } from '../domain/dimension-schema.ts'
import type { Dimensions } from '../domain/dimensions.ts'
import { parseSubmissionPath, type SubmissionPath } from '../domain/submission-path.ts'
import { parseRevision, type Revision, type RevisionRules, revisionPrefix } from '../histograms/revision.ts'
import { bodyText } from './body-text.ts'
import {
  type JsonLimits,
  type JsonNode,
  type JsonObject,
  type JsonScalar,
  memberNamed,
  scanJson,
  sourceOf,
} from './json-text.ts'
import { dimensionsOfPath, invalidPath, resolveDimensions, textOf } from './payload-dimensions.ts'
import { type Submission, sourceTags } from './submission.ts'

export interface ConversionRules {
  /** A body that inflates to more is `too_large_inflated`. */
  readonly maxInflatedBytes: number
  /** JSON beyond these is `bad_json`. */
  readonly json: JsonLimits
  /** A submission that would lose more than this share of its histograms (0 to 1) is quarantined whole. */
  readonly lostHistogramsRatio: number
  readonly revisions: RevisionRules
  readonly dimensions: DimensionSchema
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

/** A payload of version 1 or 2: its text, and where the parts stand that conversion changes. */
export interface ReadPayload {
  readonly text: string
  readonly version: 1 | 2
  readonly versionNode: JsonNode
  /** `info.OS`; null where it isn't a string. */
  readonly osNode: JsonScalar | null
  /** Null: none, or empty; then nothing needs a revision. */
  readonly histograms: JsonObject | null
  /** Whose specification it needs; null where it has no histograms. */
  readonly revision: Revision | null
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

/** Members of the payload that conversion reads. */
const READ_MEMBERS = ['ver', 'version', 'info', 'histograms']
const READ_INFO = [...Object.values(FIELD_NAMES), 'revision', 'OS']

/** What `readSubmission` says of a body whose JSON has been read: `text`, and its object `root`. */
export function readPayload(
  submission: Submission,
  path: SubmissionPath,
  text: string,
  root: JsonObject,
  rules: ConversionRules,
): Reading {
  const info = memberNamed(root, 'info')
  const versionNode = memberNamed(root, 'ver') ?? memberNamed(root, 'version')
  const version = knownVersion(text, versionNode)
  const resolved = resolveDimensions(text, info, path)
  const reading = {
    submission,
    documentId: documentIdOf(path),
    dimensions: applySchema(resolved.dimensions, rules.dimensions),
    attributes: attributesOf(submission, path, text, info, rules),
  }
  if (version === null || versionNode === null) {
    // Where another version keeps its dimensions isn't known here, so the path can't be held against it.
    const value = versionNode === null ? 'absent' : sourceOf(text, versionNode)
    const findings = resolved.findings.filter(({ problem }) => problem !== 'invalid_path')
    return { ...reading, findings: [...findings, { problem: 'unknown_version', field: 'ver', value }], payload: null }
  }
  const misshapen = shapeProblem(text, root, info)
  if (misshapen !== null) return { ...reading, findings: [...resolved.findings, misshapen], payload: null }

  const histograms = filled(memberNamed(root, 'histograms'))
  const revision = histograms === null ? null : neededRevision(text, info, rules)
  if (revision !== null && 'problem' in revision) {
    return { ...reading, findings: [...resolved.findings, revision], payload: null }
  }
  const os = memberNamed(info, 'OS')
  const osNode = os?.kind === 'string' ? os : null
  return {
    ...reading,
    findings: resolved.findings,
    payload: { text, version, versionNode, osNode, histograms, revision },
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
    attributes: attributesOf(submission, path, '', null, rules),
    findings: [finding, ...pathProblem],
    payload: null,
  }
}

/** Other versions join here, each with a reader of its own. */
function knownVersion(text: string, node: JsonNode | null): 1 | 2 | null {
  if (node?.kind !== 'number') return null
  const version = Number(sourceOf(text, node))
  return version === 1 || version === 2 ? version : null
}

/** What makes a payload of a known version none: parts of another kind, or parts that stand twice and contradict. */
function shapeProblem(text: string, root: JsonObject, info: JsonNode | null): ProblemCause | null {
  for (const [field, node] of [
    ['info', info],
    ['histograms', memberNamed(root, 'histograms')],
  ] as const) {
    if (node !== null && node.kind !== 'object' && node.kind !== 'null') {
      return { problem: 'bad_payload', field, value: sourceOf(text, node) }
    }
  }
  const twice = repeated(root, READ_MEMBERS) ?? prefixed('info.', repeated(info, READ_INFO))
  return twice === null ? null : { problem: 'bad_payload', field: twice, value: 'stands there twice' }
}

function repeated(node: JsonNode | null, names: readonly string[]): string | null {
  if (node?.kind !== 'object') return null
  const { members } = node
  return names.find((name) => members.filter((member) => member.name === name).length > 1) ?? null
}

function prefixed(prefix: string, name: string | null): string | null {
  return name === null ? null : prefix + name
}

function filled(node: JsonNode | null): JsonObject | null {
  return node?.kind === 'object' && node.members.length > 0 ? node : null
}

function neededRevision(text: string, info: JsonNode | null, rules: ConversionRules): Revision | ProblemCause {
  const field = 'info.revision'
  const node = memberNamed(info, 'revision')
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

/** What is watched for values never seen before. */
function attributesOf(
  submission: Submission,
  path: SubmissionPath,
  text: string,
  info: JsonNode | null,
  rules: ConversionRules,
): Record<string, string> {
  const attributes: Record<string, string> = { path_form: pathForm(path) }
  const revision = textOf(text, memberNamed(info, 'revision'))
  if (revision !== null) attributes.revision_prefix = watchable(revisionPrefix(revision, rules.revisions))
  const os = textOf(text, memberNamed(info, 'OS'))
  if (os !== null) attributes.os = watchable(normalOs(os))
  const tags = sourceTags(submission.headers)
  if (tags.length > 0) attributes.source_tag = watchable(tags.sort().join(','))
  return attributes
}

function pathForm(path: SubmissionPath): string {
  return path.kind === 'full' || path.kind === 'id' ? path.kind : 'malformed'
}

/** Builds named the same system in several ways; what readers of the archive ask for is `WINNT`. */
export function normalOs(os: string): string {
  return os.startsWith('Windows_') ? 'WINNT' : os
}

const LONGEST_ATTRIBUTE = 100

function watchable(value: string): string {
  return value.slice(0, LONGEST_ATTRIBUTE).replace(/[\p{Cc}\p{Cs}]/gu, '?')
}
