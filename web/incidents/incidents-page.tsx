import type { IncidentsAnswer } from '../../server/api/types.ts'
import { useLive } from '../api/live.ts'
import { useAnswer } from '../api/use-answer.ts'
import { serverNow } from '../shell/freshness.ts'
import { Trouble, Waiting } from '../shell/states.tsx'
import { counted } from '../words/number.ts'
import { IncidentRows } from './incident-rows.tsx'
import './incidents.css'

/** Every incident there ever was, open ones first, then newest first. */
export function IncidentsPage() {
  const answer = useAnswer<IncidentsAnswer>('/api/v1/incidents', 'incidents')
  const { freshness } = useLive()
  const now = freshness === null ? Date.now() : serverNow(freshness, performance.now())
  const incidents = answer.data?.incidents ?? []
  const byStart = [...incidents].sort((a, b) => b.start.localeCompare(a.start) || b.id - a.id)
  const open = byStart.filter(({ state }) => state === 'open' || state === 'recovering')
  const over = byStart.filter(({ state }) => state !== 'open' && state !== 'recovering')
  return (
    <>
      <h1 class="sentences sentence">
        {answer.data === null
          ? '\u00a0'
          : open.length === 0
            ? 'Nothing is open.'
            : `${counted(open.length, 'incident')} open.`}
      </h1>
      <Trouble what="the incidents" answer={answer} />
      <Waiting what="the incidents" answer={answer} />
      {open.length > 0 && (
        <section class="list">
          <h2 class="section-head">Open</h2>
          <IncidentRows incidents={open} now={now} showStart />
        </section>
      )}
      {over.length > 0 && (
        <section class="list">
          <h2 class="section-head">Closed</h2>
          <IncidentRows incidents={over} now={now} showStart />
        </section>
      )}
    </>
  )
}
