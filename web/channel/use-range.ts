import { useMemo } from 'preact/hooks'
import { useLive } from '../api/live.ts'
import { serverNow } from '../shell/freshness.ts'
import type { SeriesChoice } from '../view/channel-view.ts'
import { HOUR_MS } from '../words/time.ts'
import { type Shown, shown } from './range.ts'

/** The shown range; a moving one follows the server's clock, which has to be known first. */
export function useRange(choice: Pick<SeriesChoice, 'range' | 'step'>): Shown | null {
  const { freshness } = useLive()
  // Moving ranges end on whole hours: within one nothing changes, and nothing is asked anew.
  const now = freshness === null ? null : Math.floor(serverNow(freshness, performance.now()) / HOUR_MS) * HOUR_MS + 1
  return useMemo(() => {
    if (now === null && choice.range.kind === 'last') return null
    return shown(choice, now ?? Date.now())
  }, [choice.range, choice.step, now])
}
