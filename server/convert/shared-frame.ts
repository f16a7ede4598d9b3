import { type FrameSign, NO_FRAME, type OpenFrame } from './open-frame.ts'

/** Places in the memory that a thread shares with its pool. */
const FRAME = 0
const WORKING = 1
const CHANGES = 2

export function createSharedFrame(): Int32Array {
  const shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))
  shared[FRAME] = NO_FRAME
  return shared
}

export function readSharedFrame(shared: Int32Array): OpenFrame {
  return {
    frame: Atomics.load(shared, FRAME),
    isWorking: Atomics.load(shared, WORKING) === 1,
    changes: Atomics.load(shared, CHANGES),
  }
}

/** The thread's side. */
export function sharedFrameSign(shared: Int32Array): FrameSign {
  const set = (frame: number, working: number) => {
    Atomics.store(shared, FRAME, frame)
    Atomics.store(shared, WORKING, working)
    Atomics.add(shared, CHANGES, 1)
  }
  return {
    open: (frame) => set(frame, 1),
    pause: () => set(Atomics.load(shared, FRAME), 0),
    close: () => set(NO_FRAME, 0),
  }
}
