import { Random } from '../../support/random.ts'
import type { RawAnswer } from '../../support/raw-http.ts'
import { exchange } from '../../support/raw-http.ts'
import type { ExpectedAnswer, KeptSubmission, Limits } from './expected-answers.ts'
import { expectedAnswers } from './expected-answers.ts'
import { anyRequest, mutated } from './request-grammar.ts'

/** What was sent on one connection, and how. All of it follows from the seed. */
export interface Conversation {
  readonly seed: number
  readonly requests: number
  readonly bytes: Buffer
  /** The last request, the one that may be broken. */
  readonly last: Buffer
  readonly pieces: readonly Buffer[]
  readonly pauseMs: number | null
  readonly endsAtOnce: boolean
}

/** What a conversation came to. */
export interface Outcome {
  /** By status. */
  readonly answered: readonly number[]
  /** What must be in the spool, what may be: it was received, and the connection ended before its answer. */
  readonly kept: readonly KeptSubmission[]
  readonly maybeKept: readonly KeptSubmission[]
  readonly discarded: readonly string[]
  readonly maybeDiscarded: readonly string[]
  /** Null: everything was as the model says. */
  readonly complaint: string | null
}

const MOST_REQUESTS = 24

export function anyConversation(seed: number, limits: Limits): Conversation {
  const random = new Random(seed)
  const goesOn = random.chance(5)
  const count = 1 + random.below(MOST_REQUESTS)
  const requests = Array.from({ length: count }, (_, index) =>
    anyRequest(random, limits, goesOn || index === count - 1),
  )
  if (random.chance(40)) requests.push(mutated(random, requests.pop() ?? Buffer.alloc(0)))
  const bytes = Buffer.concat(requests)
  const isSlow = random.chance(2)
  return {
    seed,
    requests: requests.length,
    bytes,
    last: requests.at(-1) ?? bytes,
    pieces: cut(random, bytes, isSlow ? 12 : random.below(4)),
    pauseMs: isSlow ? 1 : null,
    endsAtOnce: random.chance(10),
  }
}

/** Holds it, and the answers against the model. */
export async function hold(
  port: number,
  { bytes, pieces, pauseMs, endsAtOnce }: Conversation,
  limits: Limits,
): Promise<Outcome> {
  // Who has ended its side before the receiver came to what is broken is told by the end of the connection alone.
  const expected = expectedAnswers(bytes, limits).map((answer) =>
    endsAtOnce && (answer.isBroken || answer.statuses.includes(400) || answer.statuses.includes(431))
      ? { ...answer, isSure: false }
      : answer,
  )
  const heads = new Set(expected.flatMap(({ isHead }, index) => (isHead ? [index] : [])))
  const { answers, rest, closedBy } = await exchange(port, pieces, {
    answers: expected.filter(({ isSure, isIncomplete }) => isSure && !isIncomplete).length,
    endsAtOnce,
    isHead: (index) => heads.has(index),
    pauseMs,
  })
  // It may go on sending behind a request that ends the connection. What was answered can then be lost on its way: a
  // connection that is closed on a sending client is reset.
  const mayBeReset = expected.slice(0, -1).some(({ mayClose }) => mayClose)
  const outcome = judge(expected, answers, mayBeReset)
  if (outcome.complaint !== null) return outcome
  // What breaks a HEAD is answered as if it were none: the parser hasn't got so far.
  const isBrokenHead = heads.has(answers.length - 1) && (answers.at(-1)?.status ?? 0) >= 400
  if (rest !== '' && !isBrokenHead)
    return { ...outcome, complaint: `bytes that are no answer: ${JSON.stringify(rest.slice(0, 200))}` }
  if (closedBy === 'never') return { ...outcome, complaint: 'the connection was never closed' }
  return outcome
}

function judge(expected: readonly ExpectedAnswer[], answers: readonly RawAnswer[], mayBeReset: boolean): Outcome {
  const kept: KeptSubmission[] = []
  const maybeKept: KeptSubmission[] = []
  const discarded: string[] = []
  const maybeDiscarded: string[] = []
  const left = [...answers]
  let isClosing = false
  let complaint: string | null = null
  for (const { statuses, isSure, kept: submission, discarded: noted, says } of expected) {
    const answer = left[0]
    if (noted !== null && (isClosing || complaint !== null || !isSure)) maybeDiscarded.push(noted)
    if (isClosing || complaint !== null) {
      if (submission !== null) maybeKept.push(submission)
    } else if (answer !== undefined && statuses.includes(answer.status)) {
      left.shift()
      if (submission !== null && answer.status === 200) kept.push(submission)
      if (noted !== null && isSure && answer.status === 202) discarded.push(noted)
      isClosing = answer.headers.get('connection')?.toLowerCase() === 'close'
    } else if (answer === undefined && mayBeReset) {
      isClosing = true
      if (submission !== null) maybeKept.push(submission)
      if (noted !== null && isSure) maybeDiscarded.push(noted)
    } else if (isSure) {
      complaint = `expected ${statuses.join(' or ')} to ${says}, got ${answer?.status ?? 'no answer'}`
    }
  }
  if (complaint === null && left.length > 0) complaint = `an answer to nothing: ${left.map(({ status }) => status)}`
  return { answered: answers.map(({ status }) => status), kept, maybeKept, discarded, maybeDiscarded, complaint }
}

function cut(random: Random, bytes: Buffer, times: number): Buffer[] {
  const places = Array.from({ length: times }, () => random.below(bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index]))
}
