import { type EpochMs, MINUTE_MS } from '../../../data/domain/time.ts'
import type { ChannelState, OverviewAnswer } from '../types.ts'
import type { BadgeWords } from './badge-picture.ts'

/** Counts older than that tell nothing of now, as at the top of every page. */
const STOPPED_MS = 15 * MINUTE_MS

/** What a badge of `channel` says by the overview; null: there is no such channel. */
export function badgeWords(overview: OverviewAnswer, channel: string): BadgeWords | null {
  const found = overview.channels.find((one) => one.channel === channel)
  const state = found?.states[0]
  if (found === undefined || state === undefined) return null
  const countedUpTo = Date.parse(overview.freshness.counted_up_to)
  if (Date.parse(overview.freshness.now) - countedUpTo >= STOPPED_MS) {
    return { channel, state: 'unknown', text: `nothing counted since ${moment(countedUpTo)} UTC` }
  }
  const since = state.since === null ? '' : ` since ${moment(Date.parse(state.since))} UTC`
  return { channel, state: state.state, text: `${WORDS[state.state]}${state.state === 'well' ? '' : since}` }
}

const WORDS: Readonly<Record<ChannelState, string>> = {
  well: 'well',
  low: 'too low',
  high: 'too high',
  silent: 'silent',
  invalid: 'invalid',
  discarded: 'discarded as too large',
  recovering: 'coming back',
  unknown: 'unknown',
  learning: 'learning',
}

const FORMAT = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})

/** `Sat 1 Feb, 14:00` */
function moment(time: EpochMs): string {
  const parts = new Map(FORMAT.formatToParts(time).map(({ type, value }) => [type, value]))
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? ''
  return `${part('weekday')} ${part('day')} ${part('month')}, ${part('hour')}:${part('minute')}`
}
