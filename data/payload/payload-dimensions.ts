import type { ProblemCause } from '../converted/converted-record.ts'
import { FIELD_NAMES } from '../domain/dimension-schema.ts'
import { type Dimensions, UNKNOWN } from '../domain/dimensions.ts'
import type { SubmissionPath } from '../domain/submission-path.ts'
import { type JsonNode, sourceOf, stringOf } from './json-text.ts'
import type { VersionedPayload } from './versions/versioned-payload.ts'

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
 * Dimensions as the payload has them, its own word; from the path where it has none; `UNKNOWN` where neither has. A path
 * that says something else than the payload is noted, and the payload believed: what is archived is the payload.
 */
export function resolveDimensions(own: VersionedPayload['dimensions'], path: SubmissionPath): ResolvedDimensions {
  const fromPath = dimensionsOfPath(path)
  const findings: ProblemCause[] = []
  const missing: string[] = []
  const resolve = (dimension: keyof Dimensions): string => {
    const { field, value } = own[dimension]
    const other = fromPath[dimension]
    if (value === null) {
      missing.push(FIELD_NAMES[dimension])
      return other
    }
    if (other !== UNKNOWN && other !== value) {
      findings.push({ problem: 'dimension_mismatch', field, value: `payload "${value}", path "${other}"` })
    }
    return value
  }
  const dimensions = {
    reason: resolve('reason'),
    appName: resolve('appName'),
    appVersion: resolve('appVersion'),
    channel: resolve('channel'),
    buildId: resolve('buildId'),
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
