/** What a worker is at, as seen from outside of it: this outlives the worker. */
export interface OpenFrame {
  /** The frame that is open, NO_FRAME between frames. */
  readonly frame: number
  /** Whether it is being worked on; false while its worker waits for a specification or the disk. */
  readonly isWorking: boolean
  /** Grows with every change. */
  readonly changes: number
}

export const NO_FRAME = -1

/** Tells what a worker is at. It must be known even if the very next instruction ends the worker. */
export interface FrameSign {
  open(frame: number): void
  /** What comes now is waiting, and not the frame's fault. */
  pause(): void
  /** The frame is done with. */
  close(): void
}

/** In how many looks the limit of time is divided. */
const LOOKS = 10

/**
 * Finds out that a frame is worked on for longer than `limitMs`. It is looked at in even intervals, and looks are counted, not
 * time: a machine or process that was stopped for an hour has looked once.
 */
export class FrameWatch {
  readonly everyMs: number
  #changes = -1
  #looks = 0

  constructor(limitMs: number) {
    this.everyMs = Math.ceil(limitMs / LOOKS)
  }

  isStuck({ frame, isWorking, changes }: OpenFrame): boolean {
    if (frame === NO_FRAME || !isWorking || changes !== this.#changes) {
      this.#changes = changes
      this.#looks = 0
      return false
    }
    return ++this.#looks > LOOKS
  }
}
