/** What isn't as it should be. */
export type Difference =
  | { readonly kind: 'missing' | 'unknown'; readonly file: string }
  | { readonly kind: 'unreadable'; readonly file: string; readonly error: string }
  | { readonly kind: 'rows' | 'bytes'; readonly file: string; readonly known: number; readonly found: number }
  /** One frame stands in the archive more than once. */
  | {
      readonly kind: 'twice'
      readonly documentId: string
      readonly segment: string
      readonly frame: number
      readonly copies: number
    }
  /** A segment that brought another number of submissions than are kept of it: one of those that another difference is about. */
  | { readonly kind: 'segment'; readonly segment: string; readonly counted: number; readonly found: number }
  | {
      readonly kind: 'submissions' | 'recovered'
      /** `2014-01-16T14:00:00Z nightly, quarantined (invalid_revision), live` */
      readonly of: string
      readonly counted: number
      readonly found: number
    }

/** For people. */
export function differenceText(difference: Difference): string {
  switch (difference.kind) {
    case 'missing':
      return `${difference.file}: the file is gone`
    case 'unknown':
      return `${difference.file}: the archive does not know this file, and nobody reads it`
    case 'unreadable':
      return `${difference.file}: can't be read: ${difference.error}`
    case 'rows':
      return `${difference.file}: ${difference.found} rows, ${difference.known} were written`
    case 'bytes':
      return `${difference.file}: ${difference.found} bytes, ${difference.known} were written`
    case 'twice':
      return `document ${difference.documentId} (segment ${difference.segment}, frame ${difference.frame}): there ${difference.copies} times`
    case 'segment':
      return `segment ${difference.segment}: ${difference.counted} counted, ${difference.found} kept`
    case 'submissions':
      return `${difference.of}: ${difference.counted} counted, ${difference.found} kept`
    case 'recovered':
      return `${difference.of}: ${difference.counted} counted as recovered, ${difference.found} kept as such`
  }
}
