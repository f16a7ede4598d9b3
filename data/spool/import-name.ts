import { createHash } from 'node:crypto'
import { importReceiver } from '../domain/import-source.ts'
import { SEGMENT_ID_BYTES } from './frame.ts'
import type { SegmentIdentity } from './segment-name.ts'

/**
 * Names a segment that was cut from a log by the log's content: whatever the log's file is called, the same frames of it get the same
 * name, and what is in the ledger is never counted again.
 */
export interface ImportName {
  /** Of all the log's frames: 32 hexadecimal digits. */
  readonly digest: string
  /** Places of the segment's first and last frame among the log's frames, from 0. */
  readonly first: number
  readonly last: number
  /** Which frames the log was written in. */
  readonly origin: ImportOrigin
}

export type ImportOrigin = 'v1' | 'v2' | 'v3'

/** `<digest>-<first>-<last>-<origin>.import`; in order of name they are in the log's order. */
export function importName({ digest, first, last, origin }: ImportName): string {
  return `${digest}-${String(first).padStart(10, '0')}-${last}-${origin}.import`
}

/** Null for names that no import gave. */
export function parseImportName(name: string): ImportName | null {
  const groups = NAME.exec(name)?.groups
  const origin = ORIGINS.find((known) => known === groups?.origin)
  if (groups === undefined || origin === undefined) return null
  const { digest = '', first, last } = groups
  return { digest, first: Number(first), last: Number(last), origin }
}

/** What marks its frames follows from its beginning: cut again, the segment is the same to the byte. */
export function importSegmentId({ digest, first }: Pick<ImportName, 'digest' | 'first'>): string {
  return createHash('sha256')
    .update(`${digest}-${first}`)
    .digest('hex')
    .slice(0, 2 * SEGMENT_ID_BYTES)
}

/** As far as the name alone tells: where the header is damaged, the log's name is lost. */
export function identityOfImport(name: string): SegmentIdentity | null {
  const parsed = parseImportName(name)
  if (parsed === null) return null
  return { receiver: importReceiver(parsed.digest), createdAt: 0, writer: '', id: importSegmentId(parsed) }
}

const ORIGINS: readonly ImportOrigin[] = ['v1', 'v2', 'v3']
const NAME = /^(?<digest>[0-9a-f]{32})-(?<first>[0-9]{1,10})-(?<last>[0-9]{1,10})-(?<origin>v[123])\.import$/
