import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each(['20140201030204', 'nightly', 'release-cck-mozilla.org'])('%s stands in a command as it is', (name) => {
  expect(shellWord(name)).toBe(name)
})

test.each(['$(rm -rf ~)', '`id`', 'a; id', '-x', '', '<img src=x>', 'two\nlines', '\\', '!!', '~', '*'])(
  '%j is one word of which a shell runs nothing',
  (name) => {
    expect(shellWord(name)).toBe(`'${name}'`)
  },
)

test('an apostrophe ends no word', () => {
  // The word ends, an escaped apostrophe follows, and the next word is glued to it.
  expect(shellWord("it's; id")).toBe(`'it'\\''s; id'`)
})
