import { useEffect, useRef } from 'preact/hooks'
import type {
  BuildsAnswer,
  IncidentsAnswer,
  ProblemsAnswer,
  SeriesAnswer,
  SubmissionsAnswer,
} from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { useAnswers } from '../api/use-answers.tsx'
import { isWrong, Mark } from '../marks/mark.tsx'
import type { PageProps } from '../shell/page-props.ts'
import { Trouble, Waiting } from '../shell/states.tsx'
import { go, linkTo, replace } from '../view/navigation.ts'
import { counted } from '../words/number.ts'
import { DAY_MS, HOUR_MS, iso, unbroken } from '../words/time.ts'
import { type Finding, findings, jumpTarget } from './findings.ts'
import { type Wanted, wantedOf } from './wanted.ts'
import './search.css'

const LOOK_BACK_DAYS = 60
/** A build that nobody ran so many days after it was made is found by its whole id. */
const SEEN_WITHIN_DAYS = 14
const MOST_BUILDS = 100

/** Finds a channel, build, problem, incident or submission; what is called exactly so is shown at once. */
export function SearchPage({ view, overview }: PageProps<'search'>) {
  const wanted = wantedOf(view.q)
  const channels = (overview.data?.channels ?? []).map(({ channel }) => channel)
  const { answers, ofDay, askers, isComplete } = useSearch(wanted, channels)
  const found = findings(wanted, {
    channels,
    incidents: answers.incidents.data?.incidents ?? [],
    problems: (answers.problems.data?.problems ?? []).map(({ problem }) => problem),
    build: answers.build.data,
    ofDay: ofDay.flatMap((answer) => answer?.data ?? []),
    document: answers.document.data,
    tagged: answers.tagged.data,
  })
  const isDone = isComplete && overview.data !== null
  const target = isDone ? jumpTarget(found) : null
  useEffect(() => {
    // In place of the search: back leads to where one looked from.
    if (target !== null) replace(target)
  }, [JSON.stringify(target)])
  return (
    <>
      {askers}
      <h1 class="sentences sentence" aria-busy={wanted.text !== '' && !isDone}>
        <span>
          {wanted.text === '' ? (
            'What are you looking for?'
          ) : !isDone ? (
            <>
              Looking for <b>{wanted.text}</b> …
            </>
          ) : found.length === 0 ? (
            <>
              Nothing is called <b>{wanted.text}</b>.
            </>
          ) : (
            <>
              {counted(found.length, 'match').replace(/matchs$/, 'matches')} for <b>{wanted.text}</b>
            </>
          )}
        </span>
      </h1>
      <SearchField key={view.q} q={view.q} />
      <Trouble what="the incidents" answer={answers.incidents} />
      <Trouble what="the problems" answer={answers.problems} />
      <Trouble what="the builds" answer={answers.build} />
      {ofDay.map(
        (answer, index) =>
          answer !== null && (
            <Trouble key={channels[index]} what={`the builds of ${channels[index]}`} answer={answer} />
          ),
      )}
      <Trouble what="the submission" answer={answers.document} />
      <Trouble what="submissions with this tag" answer={answers.tagged} />
      {wanted.documentId !== null && <Waiting what="the archive to be looked through" answer={answers.document} />}
      {wanted.debugTag !== null && <Waiting what="the last day to be looked through" answer={answers.tagged} />}
      {found.length > 0 && <Findings found={found} />}
      {isDone && wanted.text !== '' && (
        <LookedIn
          wanted={wanted}
          channels={channels.length}
          incidents={answers.incidents.data?.incidents.length ?? 0}
          unread={(answers.document.data ?? answers.tagged.data)?.unread_segments ?? 0}
        />
      )}
    </>
  )
}

/** On a phone the head has no room for one. */
function SearchField({ q }: { readonly q: string }) {
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (q === '') input.current?.focus()
  }, [q])
  const look = (event: SubmitEvent): void => {
    event.preventDefault()
    const text = input.current?.value.trim() ?? ''
    if (text !== '') go({ page: 'search', q: text })
  }
  return (
    <form class="search-field" onSubmit={look}>
      <input
        ref={input}
        type="search"
        name="q"
        defaultValue={q}
        aria-label="Channel, build, incident, problem, document id or debug tag"
        placeholder="channel, build, incident, problem, document id or debug tag"
        autocomplete="off"
        spellcheck={false}
      />
      <button type="submit" class="button main">
        Search
      </button>
    </form>
  )
}

function useSearch(wanted: Wanted, channels: readonly string[]) {
  const { freshness } = useLive()
  const now = freshness === null ? null : Date.parse(freshness.freshness.now)
  const hour = now === null ? null : Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS
  const has = wanted.text !== '' && hour !== null
  const range = hour === null ? '' : `from=${iso(hour - LOOK_BACK_DAYS * DAY_MS)}&to=${iso(hour)}`
  const { build, buildDay, documentId, debugTag } = wanted
  const paths = {
    incidents: has ? '/api/v1/incidents' : null,
    problems: has ? `/api/v1/problems?${range}` : null,
    build: has && build !== null ? `/api/v1/series?step=week&by=channel&top=50&build=${build}&${range}` : null,
    document: has && documentId !== null ? `/api/v1/submissions/${documentId}` : null,
    tagged: has && debugTag !== null ? `/api/v1/submissions?debug_id=${encodeURIComponent(debugTag)}` : null,
  }
  const answers = {
    incidents: useAnswer<IncidentsAnswer>(paths.incidents, 'incidents'),
    problems: useAnswer<ProblemsAnswer>(paths.problems, 'problems'),
    build: useAnswer<SeriesAnswer>(paths.build, `build ${build}`),
    document: useAnswer<SubmissionsAnswer>(paths.document, `document ${documentId}`),
    tagged: useAnswer<SubmissionsAnswer>(paths.tagged, `tag ${debugTag}`),
  }
  const days =
    hour === null || buildDay === null || buildDay >= hour
      ? []
      : channels.map((channel) => ({
          subject: `${channel} ${buildDay}`,
          path: `/api/v1/builds?${new URLSearchParams({
            channel,
            from: iso(buildDay),
            to: iso(Math.min(hour, buildDay + SEEN_WITHIN_DAYS * DAY_MS)),
            ages: '1',
            limit: String(MOST_BUILDS),
          })}`,
        }))
  const { answers: asked, askers } = useAnswers<BuildsAnswer>(days)
  const ofDay = days.map(({ subject }) => asked.get(subject) ?? null)
  const isAnswered = (path: string | null, answer: Answer<unknown>): boolean =>
    path === null || answer.data !== null || answer.error !== null
  const isComplete =
    has &&
    isAnswered(paths.incidents, answers.incidents) &&
    isAnswered(paths.problems, answers.problems) &&
    isAnswered(paths.build, answers.build) &&
    isAnswered(paths.document, answers.document) &&
    isAnswered(paths.tagged, answers.tagged) &&
    ofDay.every((answer) => answer !== null && isAnswered('builds', answer))
  return { answers, ofDay, askers, isComplete }
}

function Findings({ found }: { readonly found: readonly Finding[] }) {
  return (
    <ul class="findings">
      {found.map(({ kind, name, words, mark, view }) => (
        <li key={`${kind} ${name} ${words}`}>
          <span class="third findings-kind">{kind}</span>
          <a {...linkTo(view)}>{name}</a>
          <span class="second">
            {mark !== null && (
              <span class={isWrong(mark) ? 'wrong' : ''}>
                <Mark state={mark} />{' '}
              </span>
            )}
            {unbroken(words)}
          </span>
        </li>
      ))}
    </ul>
  )
}

interface LookedInProps {
  readonly wanted: Wanted
  readonly channels: number
  readonly incidents: number
  readonly unread: number
}

/** Where it was looked for: that nothing was found means nothing without it. */
function LookedIn({ wanted, channels, incidents, unread }: LookedInProps) {
  const places = [
    `the names of ${counted(channels, 'channel')}`,
    `problems of the last ${LOOK_BACK_DAYS} days`,
    `numbers and texts of ${counted(incidents, 'incident')}`,
    ...(wanted.build === null ? [] : [`builds with submissions in the last ${LOOK_BACK_DAYS} days`]),
    ...(wanted.documentId === null ? [] : ['document ids in spool, archive and quarantine']),
    ...(wanted.debugTag === null ? [] : ['debug tags of the last 24 h']),
  ]
  return (
    <p class="second search-places">
      Looked in {places.slice(0, -1).join(', ')} and {places.at(-1)}.
      {unread > 0 && ` ${counted(unread, 'segment')} that wait to be converted were not looked into.`}
      {wanted.documentId === null && ' Document ids have to be whole.'}
    </p>
  )
}
