import { compressKept, keptSegmentPath } from '../../data/spool/raw-keep.ts'
import type { Settings } from '../settings/schema.ts'
import type { StateFolders } from './state-folders.ts'
import { startWorkLoop, type WorkLoop } from './work-loop.ts'

const LOOK_EVERY_MS = 10_000

/** Where a merged segment goes that the settings keep; null: nowhere. */
export function keptRaw(settings: Settings, { raw }: StateFolders, segment: string): string | null {
  return settings.spool.keepRawDays === 0 ? null : keptSegmentPath(raw, segment)
}

/** Compresses what merging leaves, one segment after the other, in the pool of threads; merging waits for none of it. */
export function startKeepingRaw({ raw }: StateFolders, onError: (error: unknown) => void): WorkLoop {
  const stopping = new AbortController()
  const compress = async () => {
    await compressKept(raw, stopping.signal)
  }
  const loop = startWorkLoop(compress, { everyMs: LOOK_EVERY_MS, onError })
  return {
    wake: () => loop.wake(),
    stop() {
      stopping.abort()
      return loop.stop()
    },
  }
}
