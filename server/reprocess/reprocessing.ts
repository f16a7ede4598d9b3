import type { ArchiveTaskOptions } from '../schedule/tasks/archive-task.ts'
import { archiveWaiting } from '../schedule/tasks/archive-task.ts'
import { type ReprocessOptions, type ReprocessTally, reprocess } from './reprocess.ts'

export type ReprocessRequest = Omit<ReprocessOptions, 'state'>

/** Converts once more what is kept, for whoever asks: one run after the other. */
export interface Reprocessing {
  /** Resolves to what it came to; ends early, with whole batches, where its `signal` or `stop` asks for it. */
  run(request: ReprocessRequest): Promise<ReprocessTally>
  /** Whether runs end early by now. */
  isStopping(): boolean
  /** No run begins any more; resolves when the last one has ended. */
  stop(): Promise<void>
}

export interface ReprocessingOptions {
  readonly state: ReprocessOptions['state']
  readonly archive: ArchiveTaskOptions
  /** Something was taken into the archive, and the counts say so. */
  readonly onTaken: () => void
}

export function createReprocessing({ state, archive, onTaken }: ReprocessingOptions): Reprocessing {
  const stopping = new AbortController()
  let last: Promise<unknown> = Promise.resolve()

  async function runNow(request: ReprocessRequest): Promise<ReprocessTally> {
    const signal = AbortSignal.any([request.signal, stopping.signal])
    // What was received lately isn't in a part yet, and would be left out.
    await archiveWaiting(archive, signal, { everything: true })
    const tally = await reprocess({ ...request, signal, state })
    if (!request.isDryRun && [...tally.values()].some(({ converted }) => converted > 0)) onTaken()
    return tally
  }

  return {
    run(request) {
      const mine = last.then(() => runNow(request))
      last = mine.catch(() => undefined)
      return mine
    },
    isStopping: () => stopping.signal.aborted,
    async stop() {
      stopping.abort()
      await last
    },
  }
}
