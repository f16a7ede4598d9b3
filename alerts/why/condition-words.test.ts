import { expect, test } from 'vitest'
import { wordCondition } from './condition-words.ts'

const lossOf = (part: number) => -Math.log(1 - part)

test.each([
  { lost: 0.0749, isMet: false, says: 'nearly 7.5\u00a0% lost; 7.5\u00a0% is told' },
  { lost: 0.0751, isMet: true, says: '7.5\u00a0% lost; 7.5\u00a0% is told' },
  { lost: 0.06, isMet: false, says: '6.0\u00a0% lost; 7.5\u00a0% is told' },
])('$lost lost of the 0.075 that are told: $says', ({ lost, isMet, says }) => {
  expect(wordCondition({ condition: 'loss', isMet, value: lossOf(lost), needed: lossOf(0.075) }).text).toBe(says)
})
