import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.each(['20140201030204', 'nightly', 'release-cck-mozilla.org'])('%s stands in a command as it is', (name) => {
  expect(shellWord(name)).toBe(name)
})

test.each(['$(echo run)', '`echo run`', 'a; echo run', "it's", '-x', '', '<img src=x>', 'two\nlines', '\\', '!!', '~', '*'])(
  'a shell takes %j for one word and runs nothing of it',
  (name) => {
    const printed = execFileSync('/bin/sh', ['-c', `printf %s ${shellWord(name)}`], { encoding: 'utf8' })
    expect(printed).toBe(name)
    expect(shellWord(name)).toMatch(/^'/)
  },
)
