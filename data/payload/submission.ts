import { hash } from 'node:crypto'
import type { EpochMs } from '../domain/time.ts'

/** A submission as a frame brought it. */
export interface Submission {
  readonly frame: number
  readonly receivedAt: EpochMs
  /** As the request had it, without query. */
  readonly path: string
  /** Under lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Sent by machines to test, not by people's browsers. */
export function isAutomation({ headers }: Pick<Submission, 'headers'>): boolean {
  return sourceTags(headers).includes('automation')
}

export function sourceTags(headers: Submission['headers']): string[] {
  const tags = headers['x-source-tags'] ?? ''
  return tags
    .split(',')
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '')
}

/**
 * The tag by which the sender wants to find the submission again (`X-Debug-ID`): up to 64 printable ASCII characters without
 * blanks. Null where there is none, or something else.
 */
export function debugId({ headers }: Submission): string | null {
  const given = headers['x-debug-id']?.trim() ?? ''
  return /^[\x21-\x7e]{1,64}$/.test(given) ? given : null
}

/**
 * The country that a submission was sent from, two capital letters, as a proxy found it out and says in `header`; `??`
 * where that says none.
 */
export function senderCountry({ headers }: Submission, header: string): string {
  const country = headers[header]?.trim().toUpperCase() ?? ''
  return /^[A-Z]{2}$/.test(country) ? country : '??'
}

/**
 * What two copies of one submission have in common: document id, reason and body, byte for byte. The same id with
 * another body is another submission (`idle-daily` several times, then `saved-session`). 32 hex digits.
 */
export function duplicateKey(documentId: string, reason: string, body: Uint8Array): string {
  const bodyHash = hash('sha256', body)
  return hash('sha256', JSON.stringify([documentId, reason, bodyHash])).slice(0, 32)
}
