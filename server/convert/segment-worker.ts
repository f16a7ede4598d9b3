import { makeRoomForContents } from '../../data/converted/converted-file.ts'
import type { Revision } from '../../data/histograms/revision.ts'
import { type HistogramSpecification, parseSpecification } from '../../data/histograms/specification.ts'
import type { SpecificationAnswer } from '../../data/histograms/specification-answer.ts'
import type { SpecificationResult } from '../../data/payload/convert-submission.ts'
import { QuickConverter } from '../../data/payload/scan/convert-quickly.ts'
import { convertSegment } from './convert-segment.ts'
import type { FromWorker, ToWorker } from './messages.ts'
import type { FrameSign } from './open-frame.ts'
import { type ConvertOptions, conversionRules, convertFolders } from './options.ts'
import { revisionKey } from './submission-converter.ts'

/** Parsed specifications; more are asked for again. */
const MOST_SPECIFICATIONS = 64

/** How a worker, thread or process, is reached and heard. */
interface SegmentWorkerOptions {
  readonly options: ConvertOptions
  readonly sign: FrameSign
  readonly send: (message: FromWorker) => void
}

/**
 * What a worker does: it converts segments, one at a time; whoever hears that one is converted commits its file. Specifications come from the converter's main thread, which fetches each
 * once. Answers what messages are to be handed to.
 */
export function createSegmentWorker({ options, sign, send }: SegmentWorkerOptions): (message: ToWorker) => void {
  const rules = conversionRules(options)
  const folders = convertFolders(options.state)
  const specifications = new SpecificationClient(send, options.specifications.constants)
  const quick = new QuickConverter(rules, (revision) => specifications.known(revision))

  const room = makeRoomForContents()

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
        poison,
        sign,
        room,
      })
      send({ kind: 'converted', outcomes })
    } catch (error) {
      sign.close()
      send({ kind: 'failed', error: error instanceof Error ? error : new Error(String(error)) })
    }
  }

  return (message) => {
    if (message.kind === 'convert') void convert(message)
    else specifications.answered(message.request, message.answer)
  }
}

class SpecificationClient {
  readonly #send: (message: FromWorker) => void
  readonly #constants: ConvertOptions['specifications']['constants']
  readonly #known = new Map<string, SpecificationResult>()
  readonly #asked = new Map<number, (answer: SpecificationAnswer) => void>()
  #requests = 0

  constructor(send: (message: FromWorker) => void, constants: ConvertOptions['specifications']['constants']) {
    this.#send = send
    this.#constants = constants
  }

  async find(revision: Revision): Promise<SpecificationResult> {
    const key = revisionKey(revision)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const answer = await this.#ask(revision)
    if (answer.kind !== 'found') return answer
    const specification = parseSpecification(answer.text, this.#constants)
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
    this.#send({ kind: 'find', request, revision })
    return answer
  }

  #remember(key: string, result: SpecificationResult): SpecificationResult {
    this.#known.set(key, result)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_SPECIFICATIONS && oldest !== undefined) this.#known.delete(oldest)
    return result
  }
}
