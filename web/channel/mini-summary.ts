import { isKnown, type Value } from '../charts/water.ts'

interface MiniNumbers {
  readonly times: readonly number[]
  /** Of whole steps; null is unknown. */
  readonly values: readonly Value[]
}

/** What a small chart tells, in words: `newest 36 000 on Fri 21 Nov, highest …, lowest …`. `on` tells a step's time. */
export function miniSummary(
  { times, values }: MiniNumbers,
  words: (value: number) => string,
  on: (time: number) => string,
): string {
  const known = values.flatMap((value, index) => (isKnown(value) ? [{ value, time: times[index] ?? 0 }] : []))
  const newest = known.at(-1)
  if (newest === undefined) return 'nothing is known'
  const highest = known.reduce((most, own) => (own.value > most.value ? own : most), newest)
  const lowest = known.reduce((least, own) => (own.value < least.value ? own : least), newest)
  const said = ({ value, time }: (typeof known)[number]): string => `${words(value)} on ${on(time)}`
  return `newest ${said(newest)}, highest ${said(highest)}, lowest ${said(lowest)}`
}
