import type { ChannelView, ChosenStep } from '../view/channel-view.ts'
import { useZone } from '../view/navigation.ts'
import { zonedClock } from '../words/time.ts'
import type { KnownMinutes } from './known-minutes.ts'

interface MinutesMissingProps {
  readonly minutes: KnownMinutes
  readonly step: ChosenStep
  readonly onChange: (changes: Partial<ChannelView>) => void
}

/** Why a range that would suit minutes shows hours, or minutes with nothing in them; and the way to the other. */
export function MinutesMissing({ minutes: { share, since }, step, onChange }: MinutesMissingProps) {
  const zone = useZone()
  if (share === 1) return null
  const known =
    since === null ? 'Nothing of this is known by the minute' : `Minutes are known from ${zonedClock(since, zone)} on`
  const other = step === 'minute' ? 'hour' : 'minute'
  return (
    <p class="second channel-note">
      {known}: what was imported, or counted anew, has hours alone.{' '}
      <button type="button" class="in-text" onClick={() => onChange({ step: other })}>
        Show {other}s
      </button>
    </p>
  )
}
