import type { OverviewAnswer } from '../../server/api/types.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { linkTo, useZone } from '../view/navigation.ts'
import { unbroken } from '../words/time.ts'
import { emphasised } from './emphasis.ts'

interface SentencesProps {
  readonly sentences: OverviewAnswer['sentences']
  /** Set in 500 where they occur. */
  readonly names: readonly string[]
}

/** What the page says first: one sentence a trouble, its mark before it. A sentence about an incident leads there. */
export function Sentences({ sentences, names }: SentencesProps) {
  const isElsewhere = useZone() === 'local' && sentences.some(({ text }) => /\d:\d\d/.test(text))
  return (
    <h1 class="sentences">
      {sentences.map(({ mark, text, incident }) => (
        <span key={text} class={`sentence sentence-marked ${isWrong(mark) ? 'is-wrong' : ''}`}>
          <Mark state={mark} size={19} />
          {incident === null ? (
            <span>
              <Emphasised text={text} names={names} />
            </span>
          ) : (
            <a {...linkTo({ page: 'incident', id: incident })}>
              <Emphasised text={text} names={names} />
            </a>
          )}
        </span>
      ))}
      {isElsewhere && (
        <span class="label third sentences-zone">Times of these sentences are UTC, as in the mails.</span>
      )}
    </h1>
  )
}

export function Emphasised({ text, names }: { readonly text: string; readonly names: readonly string[] }) {
  return (
    <>{emphasised(unbroken(text), names).map(({ part, isName, at }) => (isName ? <b key={at}>{part}</b> : part))}</>
  )
}
