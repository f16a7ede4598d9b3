import { expect, test } from 'vitest'
import { archiveSentence } from './archive-sentence.ts'

const HOUR = '2014-01-16T14:00:00Z nightly, accepted, live: 31 counted, 30 kept'

test.each([
  { claim: 'nothing differs', texts: [], ids: [], count: 0, says: null },
  {
    claim: 'one hour, and the segment',
    texts: [HOUR],
    ids: ['segment a: 9 counted, 8 kept'],
    count: 1,
    says: `: ${HOUR}. It is about segment a: 9 counted, 8 kept. `,
  },
  { claim: 'much', texts: [HOUR, 'b', 'c', 'd'], ids: [], count: 40, says: `: ${HOUR}; b; c, and 37 more. "tidewatch` },
  { claim: 'many ids', texts: [HOUR], ids: [...'abcdefg'], count: 1, says: 'It is about a, b, c, d, e and 2 more.' },
])('it is told in a sentence: $claim', ({ texts, ids, count, says }) => {
  const sentence = archiveSentence(texts, ids, count)
  if (says === null) expect(sentence).toBeNull()
  else expect(sentence).toContain(says)
})
