/** What of a submission was over its limit: its body, or its path. */
export const DISCARD_CAUSES = ['body', 'path'] as const
export type DiscardCause = (typeof DISCARD_CAUSES)[number]

/**
 * The attribute under which discarded submissions stand in files of counts by attribute; its values are the causes. No
 * watched attribute is called so.
 */
export const DISCARDED_ATTRIBUTE = 'discarded'

/**
 * Sizes are kept in classes, by their binary digits (300 KiB have 19): at most 31 rows an hour, channel and cause, and the
 * size in the middle can be told, which one client that announces a gigabyte doesn't move as it moves a mean. 0: the size
 * isn't known.
 */
export function sizeBits(bytes: number): number {
  return bytes < 1 ? 0 : 32 - Math.clz32(bytes)
}
