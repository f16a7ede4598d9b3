import type { ReadoutItem } from '../charts/readout.ts'
import { isKnown } from '../charts/water.ts'
import { rate, rateRange } from '../words/number.ts'
import type { AdoptionShapes } from './adoption-shapes.ts'

/** What is known of a build at one age, in the order in which one asks. */
export function ageReadout(
  { seen, low, high, invalid }: Pick<AdoptionShapes, 'seen' | 'low' | 'high' | 'invalid'>,
  age: number,
): { readonly age: string; readonly items: readonly ReadoutItem[] } {
  const [own, least, most, bad] = [seen[age], low[age], high[age], invalid[age]]
  const items: ReadoutItem[] = []
  const hasWater = isKnown(least) && isKnown(most)
  const isBelow = isKnown(own) && isKnown(least) && own < least
  items.push({ name: 'seen', value: isKnown(own) ? rate(own) : 'unknown', look: isBelow ? 'wrong' : 'plain' })
  if (hasWater) items.push({ name: 'earlier', value: rateRange(least, most), look: 'water' })
  if (isKnown(bad)) items.push({ name: 'invalid', value: rate(bad), look: 'plain' })
  return { age: ageWord(age), items }
}

/** 26 → `26 h`; 75 → `3 d 3 h`; 72 → `3 d`. */
export function ageWord(hours: number): string {
  if (hours < 48) return `${hours}\u00a0h`
  const rest = hours % 24
  const days = `${Math.floor(hours / 24)}\u00a0d`
  return rest === 0 ? days : `${days} ${rest}\u00a0h`
}
