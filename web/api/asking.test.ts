import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Asking, type Result, startAsking } from './asking.ts'

interface Question {
  readonly signal: AbortSignal
  readonly answer: (result: Result<number>) => Promise<void>
}

const FAILURE = { kind: 'failure', status: 500, message: 'no' } as const

let questions: Question[] = []
let taken: Result<number>[] = []
let asking: Asking

beforeEach(() => {
  vi.useFakeTimers()
  questions = []
  taken = []
  asking = startAsking(
    (signal) =>
      new Promise<Result<number>>((resolve) => {
        const answer = async (result: Result<number>): Promise<void> => {
          resolve(result)
          await vi.advanceTimersByTimeAsync(0)
        }
        questions.push({ signal, answer })
      }),
    (result) => taken.push(result),
  )
})

afterEach(() => {
  asking.stop()
  vi.useRealTimers()
})

test('news don’t abandon an answer that is on its way; it is taken, and asked anew once', async () => {
  for (let news = 0; news < 5; news++) {
    await vi.advanceTimersByTimeAsync(1000)
    asking.renew()
  }
  expect(questions).toHaveLength(1)
  expect(questions[0]?.signal.aborted).toBe(false)
  await questions[0]?.answer({ kind: 'answer', data: 1 })
  expect(taken).toEqual([{ kind: 'answer', data: 1 }])
  expect(questions).toHaveLength(2)
  await questions[1]?.answer({ kind: 'answer', data: 2 })
  expect(taken).toHaveLength(2)
  expect(questions).toHaveLength(2)
})

test('news after an answer ask at once', async () => {
  await questions[0]?.answer({ kind: 'answer', data: 1 })
  asking.renew()
  expect(questions).toHaveLength(2)
})

test('an answer that takes too long is given up at the next news', async () => {
  await vi.advanceTimersByTimeAsync(16_000)
  asking.renew()
  expect(questions).toHaveLength(2)
  expect(questions[0]?.signal.aborted).toBe(true)
  await questions[0]?.answer({ kind: 'answer', data: 1 })
  expect(taken).toEqual([])
})

test('what failed is asked again, later each time; what doesn’t exist only at news', async () => {
  await questions[0]?.answer(FAILURE)
  await vi.advanceTimersByTimeAsync(2000)
  expect(questions).toHaveLength(2)
  await questions[1]?.answer(FAILURE)
  await vi.advanceTimersByTimeAsync(2000)
  expect(questions).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(3000)
  expect(questions).toHaveLength(3)
  await questions[2]?.answer({ ...FAILURE, status: 404 })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(questions).toHaveLength(3)
  asking.renew()
  expect(questions).toHaveLength(4)
})

test('who stopped is told nothing more, and asks nothing more', async () => {
  await questions[0]?.answer(FAILURE)
  asking.stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(questions).toHaveLength(1)
  expect(taken).toHaveLength(1)
})
