import { expect, test } from 'vitest'
import { startWorkLoop } from './work-loop.ts'

const FAR_AWAY = 1_000_000

function gate() {
  let open = () => undefined as undefined
  const opened = new Promise<void>((resolve) => {
    open = () => void resolve()
  })
  return { open, opened }
}

test('woken while at work, it works once more; never twice at once', async () => {
  const first = gate()
  const second = gate()
  let rounds = 0
  let atOnce = 0
  const loop = startWorkLoop(
    async () => {
      atOnce += 1
      expect(atOnce).toBe(1)
      rounds += 1
      if (rounds === 1) await first.opened
      else second.open()
      atOnce -= 1
    },
    { everyMs: FAR_AWAY, onError: () => expect.unreachable() },
  )
  loop.wake()
  loop.wake()
  first.open()
  await second.opened
  await loop.stop()
  expect(rounds).toBe(2)
})

test('a round that throws is told, and the next wake works again', async () => {
  const errors: unknown[] = []
  let rounds = 0
  const second = gate()
  const loop = startWorkLoop(
    async () => {
      rounds += 1
      if (rounds === 1) throw new Error('no')
      second.open()
    },
    { everyMs: 1, onError: (error) => errors.push(error) },
  )
  await second.opened
  await loop.stop()
  expect(errors).toHaveLength(1)
})

test('stop waits for the round that runs', async () => {
  const work = gate()
  let isDone = false
  const loop = startWorkLoop(
    async () => {
      await work.opened
      isDone = true
    },
    { everyMs: FAR_AWAY, onError: () => expect.unreachable() },
  )
  const stopped = loop.stop()
  work.open()
  await stopped
  expect(isDone).toBe(true)
})
