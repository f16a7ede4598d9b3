import type { FirstSeenAnswer } from '../../server/api/types.ts'
import type { Answer } from '../api/use-answer.ts'
import { Trouble } from '../shell/states.tsx'
import { channelView } from '../view/channel-view.ts'
import type { InvalidView } from '../view/invalid-view.ts'
import { linkTo } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { counted } from '../words/number.ts'
import { DAY_MS, moment } from '../words/time.ts'

const MOST = 12

interface FirstSeenProps {
  readonly answer: Answer<FirstSeenAnswer>
  readonly view: InvalidView
  readonly zone: Zone
  readonly when: string
  /** Nothing can be told apart as new yet. */
  readonly isYoung: boolean
}

/** Problems, and values of attributes, that their channel never had before. */
export function FirstSeen({ answer, view, zone, when, isYoung }: FirstSeenProps) {
  const found = answer.data?.first_seen ?? []
  return (
    <section>
      <h2 class="section-head">
        New <span class="label">first seen {when}, by all the counts there are</span>
      </h2>
      <Trouble what="what is new" answer={answer} />
      {answer.data !== null && found.length === 0 && (
        <p class="second invalid-none">
          {isYoung
            ? 'What is new can be said of a channel after its first week.'
            : 'Nothing: every problem and every value of it was seen before.'}
        </p>
      )}
      <ul class="first-seen">
        {found.slice(0, MOST).map(({ channel, attribute, value, first_seen: at, submissions }) => {
          const since = Date.parse(at)
          const range = { kind: 'fixed', from: since - DAY_MS, to: since + 3 * DAY_MS } as const
          return (
            <li key={`${channel} ${attribute} ${value}`}>
              <time class="third" dateTime={at}>
                {moment(since, zone)}
              </time>
              <span>
                {attribute === null ? (
                  <a {...linkTo({ ...view, channel, problem: value })}>{value}</a>
                ) : (
                  <>
                    {attribute} <code>{value}</code>
                  </>
                )}{' '}
                <span class="second">
                  on <a {...linkTo(channelView(channel, { range, by: 'problem' }))}>{channel}</a>,{' '}
                  {counted(submissions, 'submission')} since
                </span>
              </span>
            </li>
          )
        })}
      </ul>
      {found.length > MOST && (
        <p class="second invalid-none">And {found.length - MOST} more, with fewer submissions.</p>
      )}
    </section>
  )
}
