import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type EncodedAnswer, encodeAnswer, KeptAnswers } from './kept-answers.ts'

function counted(text: () => string) {
  let made = 0
  return {
    make: () => {
      made += 1
      return encodeAnswer(text())
    },
    made: () => made,
  }
}

/** By somebody who waits for as long as it takes. */
function asked(make: () => Promise<EncodedAnswer>, asker = new AbortController().signal) {
  return { asker, make }
}

const textOf = async (answer: ReturnType<KeptAnswers['get']>) => new TextDecoder().decode((await answer).body)

test('an answer is made once for as long as its stamp is the same', async () => {
  const kept = new KeptAnswers()
  const { make, made } = counted(() => 'one')
  await kept.get('a', '1', asked(make))
  await kept.get('a', '1', asked(make))
  expect(made()).toBe(1)
  await kept.get('a', '2', asked(make))
  expect(made()).toBe(2)
})

test('all that ask at once wait for one answer', async () => {
  const kept = new KeptAnswers()
  const { make, made } = counted(() => 'one')
  await Promise.all(Array.from({ length: 100 }, () => kept.get('a', '1', asked(make))))
  expect(made()).toBe(1)
})

test('what failed is tried again by the next one that asks', async () => {
  const kept = new KeptAnswers()
  await expect(
    kept.get(
      'a',
      '1',
      asked(() => Promise.reject(new Error('no'))),
    ),
  ).rejects.toThrow('no')
  expect(
    await textOf(
      kept.get(
        'a',
        '1',
        asked(() => encodeAnswer('one')),
      ),
    ),
  ).toBe('one')
})

test('those asked for last stay, within the bytes allowed', async () => {
  const kept = new KeptAnswers(250)
  const { make, made } = counted(() => 'x'.repeat(100))
  for (const key of ['a', 'b', 'a', 'c']) await kept.get(key, '1', asked(make))
  expect(made()).toBe(3)
  await kept.get('a', '1', asked(make))
  expect(made()).toBe(3)
  await kept.get('b', '1', asked(make))
  expect(made()).toBe(4)
})

test('only what is worth it is compressed, and says the same', async () => {
  expect((await encodeAnswer('short')).compressed).toBeNull()
  const text = 'long '.repeat(1000)
  const { compressed, body } = await encodeAnswer(text)
  expect(compressed?.byteLength).toBeLessThan(body.byteLength / 10)
  expect(gunzipSync(compressed ?? '').toString()).toBe(text)
})

test('the tag is the content’s, and nothing else’s', async () => {
  const tags = await Promise.all(['one', 'one', 'two'].map(async (text) => (await encodeAnswer(text)).etag))
  expect(tags[0]).toBe(tags[1])
  expect(tags[0]).not.toBe(tags[2])
})
