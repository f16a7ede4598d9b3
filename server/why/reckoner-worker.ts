import { parentPort } from 'node:worker_threads'
import type { JudgeWishes } from '../../alerts/judge/verdict.ts'
import { whatCanBeSeen } from '../../alerts/visible/see.ts'
import { explainHour } from '../../alerts/why/explain-hour.ts'
import type { ReckonQuestion, ReckonReply, SentWishes } from './reckoner-thread.ts'

/** The thread's end of `startReckonerThread`. */
parentPort?.on('message', (question: ReckonQuestion) => {
  parentPort?.postMessage(reply(question))
})

function reply(question: ReckonQuestion): ReckonReply {
  const { id } = question
  try {
    const wishes = received(question.wishes)
    if (question.kind === 'why') return { id, kind: 'why', value: explainHour({ ...question.input, wishes }) }
    return { id, kind: 'visible', value: whatCanBeSeen({ ...question.input, wishes }) }
  } catch (error) {
    return { id, kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

function received({ sensitivities, ...rest }: SentWishes): JudgeWishes {
  return { ...rest, sensitivity: (channel) => sensitivities.get(channel) ?? {} }
}
