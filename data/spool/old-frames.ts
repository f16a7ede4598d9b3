import type { EpochMs } from '../domain/time.ts'
import { decodeOldFrame, type Frame, type FrameAt, RECORD_SEPARATOR } from './frame.ts'
import type { SegmentWindow } from './segment-window.ts'

type OldVersion = 1 | 2

/** Frames of the 2013 server, which have no checksum: whether one can be believed shows by what stands around it. */
export class OldFrames {
  readonly #window: SegmentWindow
  readonly #versions: readonly OldVersion[]
  #read = 0
  /** Something that matters for the decision isn't in the window yet. */
  #isUndecided = false
  #first: { readonly version: OldVersion; readonly receivedAt: EpochMs } | null = null

  /** `versions`: those that the file may hold. */
  constructor(window: SegmentWindow, versions: readonly OldVersion[]) {
    this.#window = window
    this.#versions = versions
  }

  /** Of the first frame; null: there was none. */
  get version(): OldVersion | null {
    return this.#first?.version ?? null
  }

  /** Receipt time of the first frame, 0 without one. */
  get firstReceivedAt(): EpochMs {
    return this.#first?.receivedAt ?? 0
  }

  /**
   * What stands at `place`; a frame gets the next number, and is taken for read. Null: that shows only when the window reaches
   * further.
   */
  at(place: number): FrameAt | null {
    this.#isUndecided = false
    const { found, version } = this.#believableAt(place - this.#window.from)
    if (this.#isUndecided) return null
    if (found.kind !== 'frame') return found
    this.#read++
    this.#first ??= { version, receivedAt: found.frame.receivedAt }
    return found
  }

  /**
   * A damaged length shows only by what follows. Where the next frame begins right behind this one, or the file ends
   * there, the lengths are right. Else the next frame that is right by this measure decides: if it begins within this one,
   * the lengths here are damaged, and believing them would swallow it.
   */
  #believableAt(offset: number): { readonly found: FrameAt; readonly version: OldVersion } {
    const { bytes } = this.#window
    const here = this.#decode(offset)
    if (here.found.kind !== 'frame' || this.#endsWhereAnotherBegins(here.found.frame)) return here
    const end = offset + here.found.frame.frameBytes
    for (let at = bytes.indexOf(RECORD_SEPARATOR, offset + 1); at !== -1 && at < end && !this.#isUndecided; ) {
      const inside = this.#decode(at).found
      if (inside.kind === 'frame' && this.#endsWhereAnotherBegins(inside.frame))
        return { ...here, found: { kind: 'none' } }
      at = bytes.indexOf(RECORD_SEPARATOR, at + 1)
    }
    return here
  }

  #endsWhereAnotherBegins({ offset, frameBytes }: Frame): boolean {
    const next = offset + frameBytes
    if (next >= this.#window.bytes.length) {
      this.#isUndecided ||= !this.#window.isAtEnd
      return next === this.#window.bytes.length
    }
    return this.#decode(next).found.kind !== 'none'
  }

  /** A whole frame of any of the versions, rather than one that is cut off. */
  #decode(offset: number): { readonly found: FrameAt; readonly version: OldVersion } {
    let best: { readonly found: FrameAt; readonly version: OldVersion } = { found: { kind: 'none' }, version: 1 }
    for (const version of this.#versions) {
      const found = decodeOldFrame(this.#window.bytes, offset, version, this.#read)
      if (found.kind === 'frame') return { found, version }
      if (found.kind === 'torn') best = { found, version }
    }
    if (best.found.kind === 'torn') this.#isUndecided ||= !this.#window.isAtEnd
    return best
  }
}
