import { writeFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { FromCarefulWorker, FromWorker, ToWorker, WorkerStart } from './messages.ts'
import { convertOptions } from './options.ts'

/**
 * A process that converts one segment that has ended workers before, and may well end with it. Its one argument is `ConvertOptions` as
 * JSON; it tells which frame is open on the file descriptor that follows its channel. The conversion has a thread of its own, so
 * that the process ends with its parent whatever that thread is caught in.
 */
const SIGN_FD = 4

preferredByTheOomKiller()
const options = convertOptions.parse(JSON.parse(process.argv[2] ?? '{}'))
const start: WorkerStart = { options, sign: { kind: 'pipe', fd: SIGN_FD } }
const worker = new Worker(new URL('./worker.js', import.meta.url), {
  workerData: start,
  resourceLimits: { maxOldGenerationSizeMb: options.workerMemoryMb },
})
worker.on('message', (message: FromWorker) => tell(message))
worker.on('error', ({ message }) => tell({ kind: 'ended', why: message }, end))
process.on('message', (message: ToWorker) => worker.postMessage(message))
process.on('disconnect', end)
// Its parent may be gone before this process was ready to hear of it.
if (!process.connected) end()
// Its parent's word counts: that one lets its work end before.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

function tell(message: FromCarefulWorker, told: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, told)
}

/** Not `process.exit`, which waits for the thread. */
function end(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** Where memory runs out, this process is to go, and none that others need. */
function preferredByTheOomKiller(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Not Linux, or not allowed: then it is the kernel's choice.
  }
}
