import { cut, type Placed } from './brackets.ts'
import type { FlagSpan } from './flag.tsx'

/** Nearer than that two flags would stand on one another. */
const TOGETHER_PX = 30

/** Between the words of a flag and the next one. */
const GAP_PX = 8
/** In less there is no word to be read. */
const LEAST_WORDS_PX = 56

type Flag = Placed<FlagSpan>

/**
 * Flags that found no row for their words, and stand close to each other, as one: `+3`, which names all of them to who asks. Words that
 * would run into such a flag end before it; where that leaves nothing of them, theirs is one of these flags.
 */
export function foldFlags(placed: readonly Flag[], textWidth: (label: string) => number): readonly Flag[] {
  const wordless = placed.filter(({ span }) => span.label === '')
  const roomOf = (flag: Flag): number =>
    wordless
      .filter(({ row, left }) => row === flag.row && left >= flag.left)
      .reduce((room, { left }) => Math.min(room, left - flag.left - GAP_PX), Number.POSITIVE_INFINITY)
  const fits = (flag: Flag): boolean => roomOf(flag) >= Math.min(LEAST_WORDS_PX, textWidth(flag.span.label))
  const named = placed.filter((flag) => flag.span.label !== '')
  return [
    ...named.filter(fits).map((flag) => ({
      ...flag,
      span: { ...flag.span, label: cut(flag.span.label, roomOf(flag), textWidth) },
    })),
    ...folded([...wordless, ...named.filter((flag) => !fits(flag))]),
  ]
}

function folded(flags: readonly Flag[]): readonly Flag[] {
  const found: Flag[] = []
  for (const flag of [...flags].sort((a, b) => a.left - b.left)) {
    const last = found.at(-1)
    if (last === undefined || flag.left - last.left >= TOGETHER_PX) {
      found.push({ ...flag, span: { ...flag.span, label: '' } })
      continue
    }
    const others = [...(last.span.others ?? []), flag.span.annotation]
    found[found.length - 1] = { ...last, span: { ...last.span, others, label: `+${others.length + 1}` } }
  }
  return found
}
