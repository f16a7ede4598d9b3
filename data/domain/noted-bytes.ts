/**
 * The size that is noted of a submission too large to keep is what its client announced, which may be any number: more than
 * this is noted as this, so that sums stay exact.
 */
const MOST_NOTED_BYTES = 2 ** 30

/** `announced` as it is noted. */
export function notedBytes(announced: number): number {
  return Math.min(announced, MOST_NOTED_BYTES)
}
