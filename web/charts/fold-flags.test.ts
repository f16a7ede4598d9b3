import { expect, test } from 'vitest'
import type { Placed } from './brackets.ts'
import type { FlagSpan } from './flag.tsx'
import { foldFlags } from './fold-flags.ts'

function flag(left: number, text: string, label = ''): Placed<FlagSpan> {
  const annotation = { key: text, kind: 'note', text, from: left, to: null, author: 'sam', link: null } as const
  return { span: { annotation, from: left, to: left, label }, left, width: 1, labelLeft: left, row: 1 }
}

const widthOf = (label: string): number => 10 * label.length

test('flags without room for their words are one where they stand close, with their number', () => {
  const folded = foldFlags(
    [flag(10, 'a', 'a'), flag(40, 'b'), flag(50, 'c'), flag(69, 'd'), flag(70, 'e'), flag(200, 'f')],
    widthOf,
  )
  expect(folded.map(({ left, span }) => [left, span.label, span.others?.map(({ text }) => text)])).toEqual([
    [10, 'a', undefined],
    [40, '+3', ['c', 'd']],
    [70, '', undefined],
    [200, '', undefined],
  ])
})

test('words end before the next flag; where that leaves nothing of them, theirs is one of those', () => {
  const words = (flags: Placed<FlagSpan>[]) => foldFlags(flags, widthOf).map(({ left, span }) => [left, span.label])
  expect(words([flag(0, 'a'.repeat(20), 'a'.repeat(20)), flag(100, 'b')])).toEqual([
    [0, `${'a'.repeat(8)}…`],
    [100, ''],
  ])
  expect(words([flag(80, 'a'.repeat(20), 'a'.repeat(20)), flag(100, 'b')])).toEqual([[80, '+2']])
  expect(words([{ ...flag(80, 'long enough', 'long enough'), row: 0 }, flag(100, 'b')])).toEqual([
    [80, 'long enough'],
    [100, ''],
  ])
})
