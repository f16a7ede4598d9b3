import { type Live, useLive } from '../api/live.ts'
import type { Answer } from '../api/use-answer.ts'
import { Mark } from '../marks/mark.tsx'
import { useZone } from '../view/navigation.ts'
import { zonedClock } from '../words/time.ts'
import { useNow } from './use-now.ts'

const SLOW_MS = 10_000

interface StateProps {
  readonly what: string
  readonly answer: Answer<unknown>
  /** Of what the page still shows the answer, where that is something else. */
  readonly shown?: string | null
}

/** What failed, since when, and a way to try again; the rest of the page lives. Nothing when nothing failed. */
export function Trouble({ what, answer, shown = null }: StateProps) {
  const zone = useZone()
  const live = useLive()
  if (answer.error === null) return null
  // That nobody answers is said once, on top, with a button: said by every part, it would push away what is there to be read.
  if (answer.error.status === 0 && (live.connection === 'lost' || isAskedAnew(answer.error.since, live)))
    return shown === null ? null : <p class="notice second">Still shown: {shown}.</p>
  return (
    <p class="notice trouble" role="alert">
      <Mark state="unknown" />
      <span>
        {answer.isCurrent ? `Could not renew ${what}` : `Could not load ${what}`} since{' '}
        {zonedClock(answer.error.since, zone)}: {answer.error.message}.{stillShown(shown)}
      </span>
      <button type="button" onClick={answer.retry}>
        Try again
      </button>
    </p>
  )
}

/** The server is back, and everything is being asked again: what failed before that needs no saying for a moment. */
function isAskedAnew(failedAt: number, { openedAt }: Pick<Live, 'openedAt'>): boolean {
  return openedAt !== null && failedAt < openedAt && Date.now() - openedAt < SLOW_MS
}

interface ComingHeadingProps {
  /** What the page is about: `The builds`. */
  readonly page: string
  readonly hasFailed: boolean
}

/** The place of the page's sentence until it is known: a name for those who hear it, and for all once there is none to come. */
export function ComingHeading({ page, hasFailed }: ComingHeadingProps) {
  return (
    <h1 class="sentences sentence" aria-busy={!hasFailed}>
      <span class={hasFailed ? '' : 'visually-hidden'}>{page}</span>&nbsp;
    </h1>
  )
}

/** Only after ten seconds, and then in words: what the page waits for. */
export function Waiting({ what, answer, shown = null }: StateProps) {
  const now = useNow(1000)
  const zone = useZone()
  const since = answer.waitingSince
  if (since === null || now - since < SLOW_MS || answer.error !== null) return null
  return (
    <p class="notice second" role="status">
      Still waiting for {what}, since {zonedClock(since, zone)}.{stillShown(shown)}
      <button type="button" onClick={answer.retry}>
        Ask again
      </button>
    </p>
  )
}

function stillShown(shown: string | null): string {
  return shown === null ? '' : ` Still shown: ${shown}.`
}
