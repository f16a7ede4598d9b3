import { afterEach, expect, test, vi } from 'vitest'
import { frameFor } from './frame-for.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('small answers that arrive together are drawn together, large ones in turn', async () => {
  vi.stubGlobal('document', { hidden: false })
  vi.useFakeTimers()
  const drawn: string[] = []
  const draw = (name: string, characters: number) => void frameFor(characters).then(() => drawn.push(name))
  draw('first', 1_000_000)
  await vi.advanceTimersByTimeAsync(0)
  expect(drawn).toEqual(['first'])
  draw('large', 1_000_000)
  draw('small', 1000)
  draw('as small', 1000)
  await vi.advanceTimersByTimeAsync(17)
  expect(drawn).toEqual(['first', 'large'])
  await vi.advanceTimersByTimeAsync(17)
  expect(drawn).toEqual(['first', 'large', 'small', 'as small'])
  await vi.advanceTimersByTimeAsync(17)
})

test('behind a page that is hidden nothing waits for a timer', async () => {
  vi.stubGlobal('document', { hidden: true })
  vi.useFakeTimers()
  for (let answer = 0; answer < 20; answer++) await frameFor(1_000_000)
  expect(vi.getTimerCount()).toBe(0)
})
