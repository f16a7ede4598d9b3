import { Worker } from 'node:worker_threads'
import type { Sensitivity } from '../../alerts/judge/sensitivity.ts'
import type { JudgeWishes } from '../../alerts/judge/verdict.ts'
import type { SeeInput } from '../../alerts/visible/see.ts'
import type { Visibility } from '../../alerts/visible/visibility.ts'
import type { WhyInput } from '../../alerts/why/explain-hour.ts'
import type { HourWhy } from '../../alerts/why/hour-why.ts'
import type { Reckoner } from './reckoner.ts'

/** Functions don't reach another thread: sensitivities go by channel. */
export interface SentWishes extends Omit<JudgeWishes, 'sensitivity'> {
  readonly sensitivities: ReadonlyMap<string, Sensitivity>
}

export type ReckonQuestion =
  | { readonly id: number; readonly kind: 'why'; readonly input: Omit<WhyInput, 'wishes'>; readonly wishes: SentWishes }
  | {
      readonly id: number
      readonly kind: 'visible'
      readonly input: Omit<SeeInput, 'wishes'>
      readonly wishes: SentWishes
    }

export type ReckonReply =
  | { readonly id: number; readonly kind: 'why'; readonly value: HourWhy }
  | { readonly id: number; readonly kind: 'visible'; readonly value: Visibility }
  | { readonly id: number; readonly kind: 'failed'; readonly error: string }

export interface ReckonerThread extends Reckoner {
  close(): Promise<void>
}

interface Waiting {
  readonly take: (reply: ReckonReply) => void
  readonly reject: (error: Error) => void
}

/**
 * Judges again in a thread of its own, one question after the other: meanwhile submissions go on being counted and judged. It starts
 * with the first question and doesn't keep the process alive.
 */
export function startReckonerThread(
  // The thread runs what the build made: Node reads no TypeScript in threads.
  entry: URL = new URL('./reckoner-worker.js', import.meta.url),
): ReckonerThread {
  let worker: Worker | null = null
  let lastId = 0
  const waiting = new Map<number, Waiting>()

  function start(): Worker {
    const started = new Worker(entry)
    started.unref()
    started.on('message', (reply: ReckonReply) => {
      waiting.get(reply.id)?.take(reply)
      waiting.delete(reply.id)
    })
    started.on('error', (error) => drop(started, error))
    started.on('exit', (code) => drop(started, new Error(`the thread that judges again ended with code ${code}`)))
    return started
  }

  function drop(broken: Worker, error: Error): void {
    if (worker !== broken) return
    worker = null
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function ask<Kind extends ReckonQuestion['kind']>(
    question: Extract<ReckonQuestion, { readonly kind: Kind }>,
    kind: Kind,
  ): Promise<Extract<ReckonReply, { readonly kind: Kind }>> {
    worker ??= start()
    const current = worker
    return new Promise((resolve, reject) => {
      const take = (reply: ReckonReply) => {
        if (isOfKind(reply, kind)) resolve(reply)
        else reject(new Error(reply.kind === 'failed' ? reply.error : `answered ${reply.kind}, asked ${kind}`))
      }
      waiting.set(question.id, { take, reject })
      current.postMessage(question)
    })
  }

  const nextId = () => {
    lastId += 1
    return lastId
  }

  return {
    async why({ wishes, ...input }) {
      return (await ask({ id: nextId(), kind: 'why', input, wishes: sent(wishes, input) }, 'why')).value
    },
    async visible({ wishes, ...input }) {
      return (await ask({ id: nextId(), kind: 'visible', input, wishes: sent(wishes, input) }, 'visible')).value
    },
    async close() {
      const current = worker
      if (current === null) return
      drop(current, new Error('the service stops'))
      await current.terminate()
    },
  }
}

function isOfKind<Kind extends ReckonReply['kind']>(
  reply: ReckonReply,
  kind: Kind,
): reply is Extract<ReckonReply, { readonly kind: Kind }> {
  return reply.kind === kind
}

function sent(wishes: JudgeWishes | undefined, { history }: Pick<WhyInput, 'history'>): SentWishes {
  const { sensitivity, ...rest } = wishes ?? {}
  const names = sensitivity === undefined ? [] : [...history.channels.keys()]
  return { ...rest, sensitivities: new Map(names.map((name) => [name, sensitivity?.(name) ?? {}])) }
}
