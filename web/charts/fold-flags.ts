import type { Placed } from './brackets.ts'
import type { FlagSpan } from './flag.tsx'

/** Nearer than that two flags would stand on one another. */
const TOGETHER_PX = 30

/** Flags that found no row for their words, and stand close to each other, as one: `+3`, which names all of them to who asks. */
export function foldFlags(placed: readonly Placed<FlagSpan>[]): readonly Placed<FlagSpan>[] {
  const named = placed.filter(({ span }) => span.label !== '')
  const folded: Placed<FlagSpan>[] = []
  for (const flag of placed.filter(({ span }) => span.label === '').sort((a, b) => a.left - b.left)) {
    const last = folded.at(-1)
    if (last === undefined || flag.left - last.left >= TOGETHER_PX) {
      folded.push(flag)
      continue
    }
    const others = [...(last.span.others ?? []), flag.span.annotation]
    folded[folded.length - 1] = { ...last, span: { ...last.span, others, label: `+${others.length + 1}` } }
  }
  return [...named, ...folded]
}
