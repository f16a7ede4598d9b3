import { useRef } from 'preact/hooks'
import type { IncidentsAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { serverNow } from '../shell/freshness.ts'
import { useKeys } from '../shell/keys.ts'
import type { PageProps } from '../shell/page-props.ts'
import { ComingHeading, Trouble, Waiting } from '../shell/states.tsx'
import { counted } from '../words/number.ts'
import { isWanted } from './filter.ts'
import { IncidentFilters } from './incident-filters.tsx'
import { IncidentRows } from './incident-rows.tsx'
import './incidents.css'

/** Every incident there ever was, or those asked for: open ones first, then newest first. */
export function IncidentsPage({ view }: PageProps<'incidents'>) {
  const answer = useAnswer<IncidentsAnswer>('/api/v1/incidents', 'incidents')
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const all = answer.data?.incidents ?? []
  const byStart = [...all].sort((a, b) => b.start.localeCompare(a.start) || b.id - a.id)
  const wanted = byStart.filter((incident) => isWanted(incident, view))
  const open = wanted.filter(isGoingOn)
  const over = wanted.filter((incident) => !isGoingOn(incident))
  const openInAll = all.filter(isGoingOn).length
  const lists = useRef<HTMLDivElement>(null)
  useKeys({ j: () => moveFocus(lists.current, 1), k: () => moveFocus(lists.current, -1) })
  return (
    <>
      {answer.data === null ? (
        <ComingHeading page="The incidents" hasFailed={answer.error !== null} />
      ) : (
        <h1 class="sentences sentence">
          {openInAll === 0 ? 'Nothing is open.' : `${counted(openInAll, 'incident')} open.`}
        </h1>
      )}
      <Trouble what="the incidents" answer={answer} />
      <Waiting what="the incidents" answer={answer} />
      <IncidentFilters view={view} incidents={all} />
      <div ref={lists}>
        {open.length > 0 && (
          <section class="list">
            <h2 class="section-head">Open</h2>
            <IncidentRows incidents={open} now={now} showStart />
          </section>
        )}
        {over.length > 0 && (
          <section class="list">
            <h2 class="section-head">Over</h2>
            <IncidentRows incidents={over} now={now} showStart />
          </section>
        )}
      </div>
      {answer.data !== null && wanted.length === 0 && (
        <p class="second">
          {all.length === 0
            ? 'There was no incident yet.'
            : `None of the ${counted(all.length, 'incident')} is like that.`}
        </p>
      )}
    </>
  )
}

function isGoingOn({ state }: { readonly state: string }): boolean {
  return state === 'open' || state === 'recovering'
}

/** The rows are links: the one with the focus opens with Enter, as any link does. */
function moveFocus(lists: HTMLElement | null, by: 1 | -1): void {
  const links = [...(lists?.querySelectorAll<HTMLAnchorElement>('.incident-text') ?? [])]
  const at = links.findIndex((link) => link.matches(':focus'))
  const next = at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))
  links[next]?.focus()
}
