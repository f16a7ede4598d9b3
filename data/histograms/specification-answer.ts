/**
 * What a source says of a revision's specification: its `Histograms.json`; that there is none, for certain (a server
 * that knows the repository answered so); or nothing that could be relied on.
 */
export type SpecificationAnswer =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unavailable' }

export const UNKNOWN_REVISION: SpecificationAnswer = { kind: 'unknown' }
export const UNAVAILABLE: SpecificationAnswer = { kind: 'unavailable' }

/** Trouble that conversion goes on without; for the log. */
export type OnTrouble = (what: string, error: unknown) => void
