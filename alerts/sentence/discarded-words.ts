import type { DiscardCause } from '../../data/domain/discard.ts'
import type { DiscardedNumbers } from '../finding.ts'
import { formatBytes, formatPercent } from './format.ts'

/** How sentences and titles name the cause: `discarded as too large`. */
export const DISCARD_WORDS: Readonly<Record<DiscardCause, string>> = {
  body: 'discarded as too large',
  path: 'discarded for too long a path',
}

/** `6.2 %`; from ten on without decimals. */
export function discardedShare({ ratio }: Pick<DiscardedNumbers, 'ratio'>): string {
  return formatPercent(ratio, ratio < 0.0995 ? 1 : 0)
}

/** `typically 305 KiB, the limit is 200 KiB`; empty where no size is known. */
export function discardedSizes({
  typicalBytes,
  limitBytes,
}: Pick<DiscardedNumbers, 'typicalBytes' | 'limitBytes'>): string {
  if (typicalBytes === 0) return ''
  const limit = limitBytes === 0 ? '' : `, the limit is ${formatBytes(limitBytes)}`
  return `typically ${formatBytes(typicalBytes)}${limit}`
}
