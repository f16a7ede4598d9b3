import { expect, test } from 'vitest'
import { beginEarly } from './begun-early.ts'

function numbers() {
  const told: string[] = []
  async function* generator() {
    try {
      told.push('begun')
      yield 1
      yield 2
    } finally {
      told.push('ended')
    }
  }
  return { told, begun: beginEarly(generator()) }
}

async function all(values: AsyncIterable<number>) {
  const read: number[] = []
  for await (const value of values) read.push(value)
  return read
}

test('it begins before anybody asks, and answers all there is', async () => {
  const { told, begun } = numbers()
  expect(told).toEqual(['begun'])
  expect(await all(begun.values)).toEqual([1, 2])
  expect(told).toEqual(['begun', 'ended'])
})

test('closed before anybody asked, or at its end, it is closed once', async () => {
  const unread = numbers()
  await unread.begun.close()
  expect(unread.told).toEqual(['begun', 'ended'])
  const read = numbers()
  await all(read.begun.values)
  await read.begun.close()
  expect(read.told).toEqual(['begun', 'ended'])
})

test('an error of the beginning is told to whoever reads, and to nobody else', async () => {
  async function* failing(): AsyncGenerator<number, void> {
    yield await Promise.reject(new Error('no such file'))
  }
  const begun = beginEarly(failing())
  await expect(all(begun.values)).rejects.toThrow('no such file')
  await begun.close()
})
