import { expect, test } from 'vitest'
import { FrameWatch, NO_FRAME, type OpenFrame } from './open-frame.ts'

/** After how many looks at `states`, the last of them again and again, it is stuck; null: not after a thousand. */
function looksUntilStuck(...states: readonly OpenFrame[]): number | null {
  const watch = new FrameWatch(30_000)
  for (let look = 1; look <= 1000; look++) {
    const state = states[Math.min(look, states.length) - 1]
    if (state !== undefined && watch.isStuck(state)) return look
  }
  return null
}

const working: OpenFrame = { frame: 3, isWorking: true, changes: 7 }

test('a frame is stuck that is seen at work, without any change, over the whole limit', () => {
  expect(new FrameWatch(30_000).everyMs).toBe(3_000)
  expect(looksUntilStuck(working)).toBe(12)
})

test.each([
  { claim: 'no frame', state: { ...working, frame: NO_FRAME } },
  { claim: 'a frame that waits for a specification or the disk', state: { ...working, isWorking: false } },
])('$claim is never stuck', ({ state }) => expect(looksUntilStuck(state)).toBeNull())

test('each change begins anew: many quick frames are not one slow one', () => {
  const quick = Array.from({ length: 50 }, (_, at) => ({ ...working, frame: at, changes: 10 + at }))
  expect(looksUntilStuck(...quick)).toBe(50 + 11)
})
