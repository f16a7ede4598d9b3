import type { ComponentChildren } from 'preact'
import type { SubmissionCopy, SubmissionsAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import { isWrong, Mark } from '../marks/mark.tsx'
import { Copyable } from '../shell/copyable.tsx'
import type { PageProps } from '../shell/page-props.ts'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { buildsView } from '../view/builds-view.ts'
import { channelView } from '../view/channel-view.ts'
import { invalidView } from '../view/invalid-view.ts'
import { linkTo, useZone } from '../view/navigation.ts'
import type { Zone } from '../view/zone.ts'
import { counted, size } from '../words/number.ts'
import { fullMoment, zoneName } from '../words/time.ts'
import { becameOf } from './became-of.ts'
import './search.css'

/** What became of one document: every copy of it that came, newest first. */
export function SubmissionPage({ view }: PageProps<'submission'>) {
  const zone = useZone()
  const answer = useAnswer<SubmissionsAnswer>(`/api/v1/submissions/${encodeURIComponent(view.id)}`, view.id)
  const copies = answer.data?.submissions ?? []
  const { mark, sentence } = becameOf(copies)
  const unread = answer.data?.unread_segments ?? 0
  return (
    <>
      {answer.data === null ? (
        <ComingHeading page="What became of a submission" hasFailed={answer.error !== null} />
      ) : (
        <h1 class="sentences">
          <span class={`sentence sentence-marked ${isWrong(mark) ? 'is-wrong' : ''}`}>
            <Mark state={mark} size={19} />
            <span>{sentence}</span>
          </span>
        </h1>
      )}
      <p class="submission-id">
        <Copyable text={view.id} what="the document id" />
      </p>
      <Trouble what="the submission" answer={answer} />
      <Waiting what="spool, archive and quarantine to be looked through" answer={answer} />
      {answer.data !== null && copies.length === 0 && (
        <p class="second search-places">
          Looked in spool, archive and quarantine. What was received a second ago can still be on its way; what is older
          than the archive is kept isn’t known any more. A document id is 32 hexadecimal digits in five groups.{' '}
          <a {...linkTo({ page: 'search', q: view.id })}>Search for it elsewhere</a>
        </p>
      )}
      {unread > 0 && <p class="second">{counted(unread, 'segment')} that wait to be converted were not looked into.</p>}
      <div class="copies">
        {copies.map((copy) => (
          <Copy key={`${copy.segment} ${copy.frame}`} copy={copy} zone={zone} />
        ))}
      </div>
    </>
  )
}

/** One time that it was received. */
function Copy({ copy, zone }: { readonly copy: SubmissionCopy; readonly zone: Zone }) {
  const received = Date.parse(copy.received_at)
  const known = (name: string): boolean => name !== '' && name !== 'UNKNOWN'
  return (
    <section>
      <h2 class="section-head">
        Received {fullMoment(received, zone)}:{seconds(received)} {zoneName(zone, received)}
      </h2>
      <dl class="facts">
        <Fact name="Outcome">
          {copy.outcome ?? 'not converted yet'}
          {copy.recovered_at !== null && `, converted after all ${fullMoment(Date.parse(copy.recovered_at), zone)}`}
          {copy.automation && ', marked as automation'}
        </Fact>
        {copy.problems.length > 0 && (
          <Fact name={copy.problems.length === 1 ? 'Problem' : 'Problems'}>
            {copy.problems.map((problem, index) => (
              <>
                {index > 0 && ', '}
                <a key={problem} {...linkTo(invalidView(known(copy.channel) ? copy.channel : null, { problem }))}>
                  {problem}
                </a>
              </>
            ))}
          </Fact>
        )}
        {copy.causes.map(({ problem, field, value }) => (
          <Fact key={`${problem} ${field} ${value}`} name={field === '' ? problem : field}>
            <code>{value === '' ? '(nothing)' : value}</code>
          </Fact>
        ))}
        <Fact name="Channel">
          {known(copy.channel) ? <a {...linkTo(channelView(copy.channel))}>{copy.channel}</a> : 'unknown'}
        </Fact>
        <Fact name="Build">
          {known(copy.build_id) && known(copy.channel) ? (
            <a {...linkTo(buildsView(copy.channel, copy.build_id))}>{copy.build_id}</a>
          ) : (
            copy.build_id || 'unknown'
          )}
        </Fact>
        <Fact name="Reason">{copy.reason}</Fact>
        <Fact name="Application">
          {copy.app_name} {copy.app_version}
        </Fact>
        <Fact name="Size">{size(copy.bytes)} as received</Fact>
        <Fact name="Lies in">
          {copy.place}: <code>{copy.file}</code>
        </Fact>
        <Fact name="Brought by">
          frame {copy.frame} of <code>{copy.segment}</code>
        </Fact>
        {copy.duplicate_of !== null && (
          <Fact name="Repeats">
            frame {copy.duplicate_of.frame} of <code>{copy.duplicate_of.segment}</code>
          </Fact>
        )}
      </dl>
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function seconds(time: number): string {
  return String(Math.floor(time / 1000) % 60).padStart(2, '0')
}
