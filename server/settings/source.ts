/** Where a setting's value came from. */
export type Source =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string }

/** A setting's value as one source gives it: not yet checked. */
export interface GivenValue {
  readonly value: unknown
  readonly source: Source
}

/** What one source says: its values by the setting's path, and what is wrong with it, a sentence each. */
export interface Layer {
  readonly values: ReadonlyMap<string, GivenValue>
  readonly problems: readonly string[]
}

/** `tidewatch.yaml, line 3`; `TIDEWATCH_STATE`; `--state`; `the default` */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'default':
      return 'the default'
    case 'file':
      return `${source.file}, line ${source.line}`
    case 'environment':
      return source.variable
    case 'flag':
      return source.flag
    default:
      return source satisfies never
  }
}

/** `did you mean "receive.listen"?`, or where the names are to be found. */
export function suggestion(nearest: string | null): string {
  return nearest === null ? 'tidewatch config lists all settings' : `did you mean ${nearest}?`
}
