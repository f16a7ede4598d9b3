import { createHash } from 'node:crypto'

/** `archive`: what was converted. `quarantine`: everything else, whole. */
export type Keep = 'archive' | 'quarantine'
export const KEEPS: readonly Keep[] = ['archive', 'quarantine']

export interface Partition {
  readonly keep: Keep
  /** `2014-01-16`: the UTC day of receipt. */
  readonly date: string
  readonly channel: string
}

/** A file name may have 255 bytes; `channel=` and a margin for other systems are taken off. */
const LONGEST_VALUE = 200

/**
 * `archive/submission_date=2014-01-16/channel=nightly/part-7.parquet`; a part's further files of one partition (from 1 on)
 * are `part-7-1.parquet`, ….
 */
export function partFileName({ keep, date, channel }: Partition, part: number, file: number): string {
  const suffix = file === 0 ? '' : `-${file}`
  return `${keep}/submission_date=${date}/channel=${partitionValue(channel)}/part-${part}${suffix}.parquet`
}

/** The part and the day that a stored file belongs to; null where the name isn't one of ours. */
export function parsePartFileName(
  name: string,
): { readonly keep: Keep; readonly part: number; readonly date: string } | null {
  const match =
    /^(archive|quarantine)\/submission_date=(\d{4}-\d\d-\d\d)\/channel=[^/]*\/part-(\d+)(?:-\d+)?\.parquet$/.exec(name)
  const [, keep, date, part] = match ?? []
  if (date === undefined || part === undefined) return null
  return { keep: keep === 'archive' ? 'archive' : 'quarantine', date, part: Number(part) }
}

/** Files whose part the database doesn't know, under their old names: not destroyed, and not read. */
export const UNKNOWN = 'unknown'

/** Where an unknown file is set aside; `copy` (from 0) tells apart what came under the same name at other times. */
export function unknownFileName(name: string, copy: number): string {
  return `${UNKNOWN}/${copy === 0 ? name : name.replace(/\.parquet$/, `.${copy}.parquet`)}`
}

/** The part of a file that was set aside; null where the name isn't one of ours. */
export function parseUnknownFileName(name: string): number | null {
  const match = /^unknown\/.*\/part-(\d+)(?:-\d+)?(?:\.\d+)?\.parquet$/.exec(name)
  return match?.[1] === undefined ? null : Number(match[1])
}

/**
 * A value as one folder's name, so that no two values share a folder and none leaves its own: everything but letters,
 * digits, `_` and `-` is percent-encoded, as the readers of such folders decode it. What would be too long for
 * a file name is cut and ends in `~` and a hash of the whole; no other value holds a bare `~`.
 */
function partitionValue(value: string): string {
  const encoded = [...Buffer.from(value, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return /[A-Za-z0-9_-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
  if (encoded.length <= LONGEST_VALUE) return encoded
  const hash = createHash('sha256').update(value).digest('hex').slice(0, 16)
  // Not in the middle of a percent-encoded byte.
  return `${encoded.slice(0, LONGEST_VALUE - 17).replace(/%.?$/, '')}~${hash}`
}
