import { parentPort, workerData } from 'node:worker_threads'
import { z } from 'zod'
import { parseOnly } from './convert-floors.ts'

/** A thread that reads the bodies it was started with, each time that it is asked: `parseOnly`. */
const bodies = z.array(z.instanceof(Uint8Array)).parse(workerData)

const records = bodies.map((body) => ({ body: Buffer.from(body) }))
parentPort?.on('message', () => {
  parseOnly(records)
  parentPort?.postMessage('done')
})
