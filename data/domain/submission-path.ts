import type { Dimensions } from './dimensions.ts'
import { UNKNOWN } from './dimensions.ts'

/** What every submission's path begins with. */
export const SUBMISSION_PREFIX = '/submit/telemetry/'

/**
 * What a submission's path says.
 * - `full`: document id and all five dimensions; a dimension whose part is empty is `UNKNOWN`.
 * - `id`: a UUID and nothing else, which is no problem: the payload has the dimensions.
 * - `malformed`: a submission all the same, of which the path gives no dimensions (`invalid_path`, should the payload
 *   have none either). `documentId` is what stands in the id's place, empty where that can't be used.
 * - `elsewhere`: not a submission's path.
 *
 * Document ids are lower case. Not every client sends a UUID: in the full form any text of at most 64 characters names
 * a submission.
 */
export type SubmissionPath =
  | { readonly kind: 'full'; readonly documentId: string; readonly dimensions: Dimensions }
  | { readonly kind: 'id'; readonly documentId: string }
  | { readonly kind: 'malformed'; readonly documentId: string; readonly cause: PathCause }
  | { readonly kind: 'elsewhere' }

/**
 * Why a path is malformed: it has neither one part nor six; its id can't be one; a part isn't percent-encoded UTF-8 or
 * holds control characters.
 */
export type PathCause = 'parts' | 'document_id' | 'encoding'

/**
 * Reads a path as frames keep it: raw, without query, one character a byte.
 *
 * Split first, decoded second, so `%2F` is a slash within a value. Nothing is normalised: `..` is a value like any
 * other and must never reach a file name. Slashes that lead or trail are ignored, because proxies and base addresses
 * add them; one in the middle is an empty dimension, because skipping it would shift all that follow.
 */
export function parseSubmissionPath(path: string): SubmissionPath {
  if (!isSubmissionPath(path)) return { kind: 'elsewhere' }
  const parts = withoutOuterSlashes(path.slice(SUBMISSION_PREFIX.length)).split('/').map(decodePart)
  const documentId = usableDocumentId(parts[0])
  if (parts.length !== 1 && parts.length !== 6) return { kind: 'malformed', documentId, cause: 'parts' }
  if (parts.includes(null)) return { kind: 'malformed', documentId, cause: 'encoding' }
  if (documentId === '') return { kind: 'malformed', documentId, cause: 'document_id' }
  if (parts.length === 1) {
    return UUID.test(documentId) ? { kind: 'id', documentId } : { kind: 'malformed', documentId, cause: 'document_id' }
  }
  const [reason = UNKNOWN, appName = UNKNOWN, appVersion = UNKNOWN, channel = UNKNOWN, buildId = UNKNOWN] = parts
    .slice(1)
    .map((part) => part || UNKNOWN)
  return { kind: 'full', documentId, dimensions: { reason, appName, appVersion, channel, buildId } }
}

/** Whether something other than slashes follows the prefix: all that a receiver needs to know of a path. */
export function isSubmissionPath(path: string): boolean {
  if (!path.startsWith(SUBMISSION_PREFIX)) return false
  for (let at = SUBMISSION_PREFIX.length; at < path.length; at++) {
    if (path.charCodeAt(at) !== SLASH) return true
  }
  return false
}

/** The path of an HTTP request's target: without query and fragment, and without scheme and host where a proxy sent them. */
export function pathOfTarget(target: string): string {
  const origin = ABSOLUTE.exec(target)
  const relative = origin === null ? target : target.slice(origin[0].length)
  const end = relative.search(/[?#]/)
  return end === -1 ? relative : relative.slice(0, end)
}

const SLASH = 0x2f
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ABSOLUTE = /^https?:\/\/[^/?#]*/i
const MAX_ID_LENGTH = 64

function withoutOuterSlashes(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && text.charCodeAt(from) === SLASH) from++
  while (to > from && text.charCodeAt(to - 1) === SLASH) to--
  return text.slice(from, to)
}

function usableDocumentId(part: string | null | undefined): string {
  return part && part.length <= MAX_ID_LENGTH ? part.toLowerCase() : ''
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Null where the part can't be decoded or holds control characters. */
function decodePart(part: string): string | null {
  if (PLAIN_PART.test(part)) return part
  if (/%(?![0-9a-fA-F]{2})/.test(part)) return null
  const bytes = part.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  try {
    const text = utf8.decode(Buffer.from(bytes, 'latin1'))
    return CONTROLS.test(text) ? null : text
  } catch {
    return null
  }
}

/** What stands for itself: as most parts are. */
const PLAIN_PART = /^[\x20-\x24\x26-\x7e]*$/
const CONTROLS = /\p{Cc}/u
