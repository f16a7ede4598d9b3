import { parentPort, workerData } from 'node:worker_threads'
import type { SignPlace, ToWorker, WorkerStart } from './messages.ts'
import type { FrameSign } from './open-frame.ts'
import { pipedFrameSign } from './piped-frame.ts'
import { createSegmentWorker } from './segment-worker.ts'
import { sharedFrameSign } from './shared-frame.ts'

/** A thread that converts segments. */
const port = parentPort
if (port === null) throw new Error('worker.js runs as a worker thread only')
const { options, sign }: WorkerStart = workerData
const receive = createSegmentWorker({ options, sign: signAt(sign), send: (message) => port.postMessage(message) })
port.on('message', (message: ToWorker) => receive(message))

function signAt(place: SignPlace): FrameSign {
  return place.kind === 'shared' ? sharedFrameSign(place.memory) : pipedFrameSign(place.fd)
}
