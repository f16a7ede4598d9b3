import type { AnnotationsAnswer } from '../../server/api/types.ts'
import { useAnswer } from '../api/use-answer.ts'
import type { PageProps } from '../shell/page-props.ts'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { annotationsView } from '../view/annotations-view.ts'
import { linkTo } from '../view/navigation.ts'
import { AnnotationForm } from './annotation-form.tsx'
import { AnnotationRows } from './annotation-rows.tsx'
import './annotations.css'

/** What people, tools and the calendar say that happened, newest first, and the form to say more. Charts show them as flags. */
export function AnnotationsPage({ view, overview }: PageProps<'annotations'>) {
  const query = view.channel === null ? '' : `?channel=${encodeURIComponent(view.channel)}`
  const answer = useAnswer<AnnotationsAnswer>(`/api/v1/annotations${query}`, `annotations ${query}`)
  const annotations = [...(answer.data?.annotations ?? [])].reverse()
  const channels = overview.data?.channels.map(({ channel }) => channel) ?? []
  return (
    <>
      {answer.data === null ? (
        <ComingHeading page="What people marked" hasFailed={answer.error !== null} />
      ) : (
        <h1 class="sentences sentence">
          {annotations.length === 0 ? (
            'Nothing is annotated yet.'
          ) : view.channel === null ? (
            'What people marked.'
          ) : (
            <span>
              What people marked of <b>{view.channel}</b>.
            </span>
          )}
        </h1>
      )}
      <Trouble what="the annotations" answer={answer} />
      <Waiting what="the annotations" answer={answer} />
      <div class="annotations">
        <section>
          <h2 class="section-head">
            Marked{' '}
            <span class="label">
              {view.channel === null ? (
                'of all channels, newest first'
              ) : (
                <a {...linkTo(annotationsView({ at: view.at }))}>of all channels</a>
              )}
            </span>
          </h2>
          {answer.data !== null && annotations.length === 0 && (
            <p class="second annotations-none">
              Releases, experiments, outages elsewhere, maintenance: what was said of them stands here.
            </p>
          )}
          <AnnotationRows annotations={annotations} onDone={answer.retry} />
        </section>
        <AnnotationForm key={`${view.channel} ${view.at}`} view={view} channels={channels} onDone={answer.retry} />
      </div>
    </>
  )
}
