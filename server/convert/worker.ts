import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Revision } from '../../data/histograms/revision.ts'
import { type HistogramSpecification, parseSpecification } from '../../data/histograms/specification.ts'
import type { SpecificationAnswer } from '../../data/histograms/specification-answer.ts'
import type { SpecificationResult } from '../../data/payload/convert-submission.ts'
import { QuickConverter } from '../../data/payload/scan/convert-quickly.ts'
import { convertSegment, revisionKey } from './convert-segment.ts'
import { type FromWorker, NO_FRAME, type ToWorker, type WorkerStart } from './messages.ts'
import { conversionRules, convertFolders } from './options.ts'

/** A thread that converts segments, one at a time. Specifications come from the main thread, which fetches each once. */

/** Parsed specifications; more are asked for again. */
const MOST_SPECIFICATIONS = 64

class SpecificationClient {
  readonly #port: MessagePort
  readonly #start: WorkerStart
  readonly #known = new Map<string, SpecificationResult>()
  readonly #asked = new Map<number, (answer: SpecificationAnswer) => void>()
  #requests = 0

  constructor(port: MessagePort, start: WorkerStart) {
    this.#port = port
    this.#start = start
  }

  async find(revision: Revision): Promise<SpecificationResult> {
    const key = revisionKey(revision)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const answer = await this.#ask(revision)
    if (answer.kind !== 'found') return answer
    const specification = parseSpecification(answer.text, this.#start.options.specifications.constants)
    if (specification === null) return { kind: 'unavailable' }
    return this.#remember(key, { kind: 'found', specification })
  }

  /** What has been found before. */
  known(revision: Revision): HistogramSpecification | null {
    const known = this.#known.get(revisionKey(revision))
    return known?.kind === 'found' ? known.specification : null
  }

  answered(request: number, answer: SpecificationAnswer): void {
    this.#asked.get(request)?.(answer)
    this.#asked.delete(request)
  }

  #ask(revision: Revision): Promise<SpecificationAnswer> {
    const request = this.#requests++
    const answer = new Promise<SpecificationAnswer>((resolve) => this.#asked.set(request, resolve))
    send(this.#port, { kind: 'find', request, revision })
    return answer
  }

  #remember(key: string, result: SpecificationResult): SpecificationResult {
    this.#known.set(key, result)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_SPECIFICATIONS && oldest !== undefined) this.#known.delete(oldest)
    return result
  }
}

function send(port: MessagePort, message: FromWorker): void {
  port.postMessage(message)
}

function work(port: MessagePort, start: WorkerStart): void {
  const { options, openFrame } = start
  const rules = conversionRules(options)
  const folders = convertFolders(options.state)
  const specifications = new SpecificationClient(port, start)
  const quick = new QuickConverter(rules, (revision) => specifications.known(revision))

  async function convert({ claim, careful, poison }: Extract<ToWorker, { kind: 'convert' }>): Promise<void> {
    try {
      const outcomes = await convertSegment({
        claim,
        folders,
        rules,
        coveragePauseMs: options.coveragePauseMs,
        findSpecification: (revision) => specifications.find(revision),
        quick,
        careful,
        poison: new Set(poison),
        onFrame: (frame) => Atomics.store(openFrame, 0, frame ?? NO_FRAME),
      })
      send(port, { kind: 'converted', outcomes })
    } catch (error) {
      Atomics.store(openFrame, 0, NO_FRAME)
      send(port, { kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  port.on('message', (message: ToWorker) => {
    if (message.kind === 'convert') void convert(message)
    else specifications.answered(message.request, message.answer)
  })
}

if (parentPort === null) throw new Error('worker.js runs as a worker thread only')
work(parentPort, workerData)
