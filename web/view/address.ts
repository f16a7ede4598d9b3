/** One page's place in the address bar: `/builds/nightly?…` has the parts after the page's own name, and parameters. */
export interface Address {
  /** Decoded. */
  readonly parts: readonly string[]
  readonly parameters: URLSearchParams
}

/** What a page writes: parts and parameters as they are, not encoded; what is as by default is left out. */
export interface Written {
  readonly parts?: readonly string[]
  readonly parameters?: readonly (readonly [string, string])[]
}

/**
 * A page's view to its address and back. Inverses for every view; `read` takes unknown or wrong parameters as their
 * default, so that old links live, and answers null only where the path itself leads nowhere.
 */
export interface Codec<V> {
  readonly read: (address: Address) => V | null
  readonly write: (view: V) => Written
}

/** `/incident/13`: a page for one number. */
export function idOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}

/** The choice that `text` names, or undefined. */
export function oneOf<T extends string>(choices: readonly T[], text: string | null): T | undefined {
  return choices.find((choice) => choice === text)
}

/** `2014-01-16T14:00Z`: links carry whole minutes. */
export function minuteText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`
}

/** Epoch milliseconds of `2014-01-16T14:00Z` or `2014-01-16`; null for anything else. */
export function timeOf(text: string | null | undefined): number | null {
  if (typeof text !== 'string' || !/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text)) return null
  const time = Date.parse(text)
  return Number.isNaN(time) ? null : time
}
