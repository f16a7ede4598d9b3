import { useEffect, useState } from 'preact/hooks'
import { type Answer, type Renewed, useAnswer } from './use-answer.ts'

export interface Asked {
  /** Of what the answer is: it comes back under this name. */
  readonly subject: string
  readonly path: string
}

/**
 * Several addresses at once, however many: each is asked, renewed and tried again by itself. `askers` has to stand on
 * the page; it shows nothing.
 */
export function useAnswers<T>(asked: readonly Asked[], renewed: Renewed = 'with hours') {
  const [answers, setAnswers] = useState<ReadonlyMap<string, Answer<T>>>(new Map())
  const take = (subject: string, answer: Answer<T>): void =>
    setAnswers((known) => (known.get(subject) === answer ? known : new Map(known).set(subject, answer)))
  return {
    /** By subject; none before the first moment is over. */
    answers,
    askers: asked.map(({ subject, path }) => (
      <Asker key={subject} path={path} subject={subject} renewed={renewed} onAnswer={take} />
    )),
  }
}

interface AskerProps<T> extends Asked {
  readonly renewed: Renewed
  readonly onAnswer: (subject: string, answer: Answer<T>) => void
}

function Asker<T>({ path, subject, renewed, onAnswer }: AskerProps<T>) {
  const { data, isCurrent, error, waitingSince, retry } = useAnswer<T>(path, subject, renewed)
  const isWaiting = waitingSince !== null
  useEffect(
    () => onAnswer(subject, { data, isCurrent, error, waitingSince, retry }),
    // When the waiting began is anew at each look; that it goes on or ended is news.
    [subject, data, isCurrent, error, isWaiting],
  )
  return null
}
