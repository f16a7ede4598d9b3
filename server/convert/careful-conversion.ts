import { type ChildProcess, fork } from 'node:child_process'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { commitConvertedFile } from '../../data/converted/converted-file.ts'
import type { SpecificationStore } from '../../data/histograms/specification-store.ts'
import type { Claim } from '../../data/spool/claims.ts'
import type { Logger } from '../log.ts'
import type { OutcomeCount } from './count-outcomes.ts'
import type { FromCarefulWorker, Poison, ToWorker } from './messages.ts'
import { FrameWatch, NO_FRAME } from './open-frame.ts'
import { CONVERTER_NODE_OPTIONS, type ConvertOptions, convertFolders } from './options.ts'
import { readPipedFrame } from './piped-frame.ts'
import { tookTooLong } from './worker-pool.ts'

/** A submission that has ended so many workers isn't opened again. */
const MOST_DEATHS = 2
/** So many deaths without any frame to blame: then it isn't the segment's content. */
const MOST_UNEXPLAINED_DEATHS = 5

/** How an attempt at a segment ended. */
type Attempt =
  | { readonly kind: 'converted'; readonly outcomes: readonly OutcomeCount[] }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'died'; readonly frame: number; readonly why: string }

interface CarefulSurroundings {
  readonly specifications: SpecificationStore
  readonly log: Logger
  /** Told of each process that ended in the middle of the segment. */
  readonly onDeath: () => void
}

/**
 * Converts a segment that has ended workers before, submission by submission, in a process that may end with it. A submission that
 * ends two workers (out of memory, a crash in a library, a hang) is blamed and kept whole as `bad_payload`, and the others are
 * converted: it holds nothing up. `suspect`: the frame that was open when a worker died of this segment before, NO_FRAME where
 * nobody knows. Rejects as WorkerPool.convert does, and once `signal` is aborted.
 */
export async function convertCarefully(
  claim: Claim,
  suspect: number,
  options: ConvertOptions,
  surroundings: CarefulSurroundings,
  signal: AbortSignal,
): Promise<readonly OutcomeCount[]> {
  const { segment } = claim
  const deaths = new Map([[suspect, 1]])
  const poison = new Map<number, string>()
  let unexplained = 0
  while (unexplained < MOST_UNEXPLAINED_DEATHS) {
    signal.throwIfAborted()
    const attempt = await attemptOnce(claim, poison, options, surroundings, signal)
    if (attempt.kind === 'converted') {
      await commitConvertedFile(convertFolders(options.state).converted, segment)
      return attempt.outcomes
    }
    if (attempt.kind === 'failed') throw attempt.error
    signal.throwIfAborted()
    const { frame, why } = attempt
    surroundings.onDeath()
    surroundings.log.error({ segment, frame, why }, 'a process that converts one submission at a time died')
    if (frame === NO_FRAME) {
      unexplained++
      continue
    }
    const count = (deaths.get(frame) ?? 0) + 1
    deaths.set(frame, count)
    if (count >= MOST_DEATHS) poison.set(frame, `it ended ${count} workers that converted it; of the last: ${why}`)
  }
  throw new Error(`converting ${segment} ended ${unexplained} processes while none of its submissions was open`)
}

function attemptOnce(
  claim: Claim,
  poison: Poison,
  options: ConvertOptions,
  { specifications }: CarefulSurroundings,
  signal: AbortSignal,
): Promise<Attempt> {
  const child = fork(fileURLToPath(new URL('./careful-worker.js', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--enable-source-maps', ...CONVERTER_NODE_OPTIONS],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
  })
  const openFrame = readPipedFrame(pipeOf(child))
  return new Promise((resolve) => {
    let hung = false
    let cause = ''
    const end = () => child.kill('SIGKILL')
    const watch = new FrameWatch(options.submissionTimeoutMs)
    const timer = setInterval(() => {
      if (!watch.isStuck(openFrame())) return
      hung = true
      end()
    }, watch.everyMs)
    signal.addEventListener('abort', end)
    let attempt: Attempt | null = null
    const send = (message: ToWorker) => child.send(message, () => {})
    child.on('message', (message: FromCarefulWorker) => {
      if (message.kind === 'ended') {
        cause = message.why
        return
      }
      if (message.kind === 'find') {
        void specifications
          .find(message.revision)
          .then((answer) => send({ kind: 'specification', request: message.request, answer }))
        return
      }
      attempt = message
      end()
    })
    child.on('error', (error) => {
      cause = error.message
      if (child.pid === undefined) child.emit('close', null, null)
    })
    // Not at its exit: what it said before that may still be on its way.
    child.once('close', (exitCode, endSignal) => {
      clearInterval(timer)
      signal.removeEventListener('abort', end)
      const why = hung ? tookTooLong(options) : cause || `the worker ended with ${endSignal ?? `exit code ${exitCode}`}`
      resolve(attempt ?? { kind: 'died', frame: openFrame().frame, why })
    })
    send({ kind: 'convert', claim, careful: true, poison })
  })
}

function pipeOf(child: ChildProcess): Readable {
  const pipe = child.stdio[4]
  // Without one no frame is ever open: deaths stay unexplained.
  return pipe instanceof Readable ? pipe : Readable.from([])
}
