import type { ProblemCause } from '../converted/converted-record.ts'
import { FIELD_NAMES } from '../domain/dimension-schema.ts'
import { type Dimensions, UNKNOWN } from '../domain/dimensions.ts'
import type { SubmissionPath } from '../domain/submission-path.ts'
import { type JsonNode, memberNamed, sourceOf, stringOf } from './json-text.ts'

export interface ResolvedDimensions {
  /** As the client wrote them, before any schema. */
  readonly dimensions: Dimensions
  readonly findings: readonly ProblemCause[]
}

/** No payload to ask: what the path says. */
export function dimensionsOfPath(path: SubmissionPath): Dimensions {
  return path.kind === 'full' ? path.dimensions : NO_DIMENSIONS
}

/**
 * Dimensions from `info`, the payload's own word; from the path where it has none; `UNKNOWN` where neither has. A path
 * that says something else than the payload is noted, and the payload believed: what is archived is the payload.
 */
export function resolveDimensions(text: string, info: JsonNode | null, path: SubmissionPath): ResolvedDimensions {
  const fromPath = dimensionsOfPath(path)
  const findings: ProblemCause[] = []
  const missing: string[] = []
  const value = (dimension: keyof Dimensions): string => {
    const field = FIELD_NAMES[dimension]
    const own = textOf(text, memberNamed(info, field))
    const other = fromPath[dimension]
    if (own === null) {
      missing.push(field)
      return other
    }
    if (other !== UNKNOWN && other !== own) {
      findings.push({ problem: 'dimension_mismatch', field, value: `payload "${own}", path "${other}"` })
    }
    return own
  }
  const dimensions = {
    reason: value('reason'),
    appName: value('appName'),
    appVersion: value('appVersion'),
    channel: value('channel'),
    buildId: value('buildId'),
  }
  if (path.kind !== 'full' && path.kind !== 'id' && missing.length > 0) findings.push(invalidPath(path, missing))
  return { dimensions, findings }
}

/** A path that can't be read only matters where the payload doesn't say what it should have said. */
export function invalidPath(path: SubmissionPath, missing: readonly string[]): ProblemCause {
  const cause = path.kind === 'malformed' ? path.cause : path.kind
  return { problem: 'invalid_path', field: cause, value: `the payload has no ${missing.join(', ')} either` }
}

/** A string that isn't empty, or the text of a number (builds that write `29` where `"29.0"` is usual); else null. */
export function textOf(text: string, node: JsonNode | null): string | null {
  if (node?.kind === 'number') return sourceOf(text, node)
  return (node?.kind === 'string' && stringOf(text, node)) || null
}

const NO_DIMENSIONS: Dimensions = {
  reason: UNKNOWN,
  appName: UNKNOWN,
  appVersion: UNKNOWN,
  channel: UNKNOWN,
  buildId: UNKNOWN,
}
