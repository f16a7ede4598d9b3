import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emphasised } from './emphasis.ts'

function marked(text: string, names: readonly string[]): string {
  return emphasised(text, names)
    .map(({ part, isName }) => (isName ? `*${part}*` : part))
    .join('')
}

test.each([
  ['nightly is 41 % below expected.', '*nightly* is 41 % below expected.'],
  ['aurora is 49 % invalid, nightly 37 %.', '*aurora* is 49 % invalid, *nightly* 37 %.'],
  ['The nightly-builds of release-esr', 'The nightly-builds of *release-esr*'],
  ['All 5 channels are well.', 'All 5 channels are well.'],
  ['Almost all of it is saved-session, C++ (x86).', 'Almost all of it is *saved-session*, *C++* (x86).'],
])('%s', (text, result) => {
  expect(marked(text, ['nightly', 'aurora', 'release', 'release-esr', 'saved-session', 'C++'])).toBe(result)
})

test('whatever channels are called, no letter is lost', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (text, names) => {
      expect(
        emphasised(text, names)
          .map(({ part }) => part)
          .join(''),
      ).toBe(text)
    }),
  )
})
