import { writeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { type FrameSign, NO_FRAME, type OpenFrame } from './open-frame.ts'

/**
 * What a process is at, through a pipe: number after number, each 32 bits. What was written before the process died is still in the
 * pipe after that.
 */
const PAUSED = -2
const BYTES = Int32Array.BYTES_PER_ELEMENT

/** The writing side; writes are synchronous. */
export function pipedFrameSign(pipe: number): FrameSign {
  const bytes = Buffer.alloc(BYTES)
  const tell = (number: number) => {
    bytes.writeInt32LE(number)
    writeSync(pipe, bytes)
  }
  return { open: tell, pause: () => tell(PAUSED), close: () => tell(NO_FRAME) }
}

/** The reading side: answers the last that was told. */
export function readPipedFrame(pipe: Readable): () => OpenFrame {
  let rest: Buffer = Buffer.alloc(0)
  let open: OpenFrame = { frame: NO_FRAME, isWorking: false, changes: 0 }
  // A pipe that breaks has lost its process; that is told elsewhere.
  pipe.on('error', () => undefined)
  pipe.on('data', (bytes: Buffer) => {
    const all = Buffer.concat([rest, bytes])
    const whole = all.length - (all.length % BYTES)
    for (let at = 0; at < whole; at += BYTES) {
      const number = all.readInt32LE(at)
      const frame = number === PAUSED ? open.frame : number
      open = { frame, isWorking: number >= 0, changes: open.changes + 1 }
    }
    rest = all.subarray(whole)
  })
  return () => open
}
