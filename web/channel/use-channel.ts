import { useMemo } from 'preact/hooks'
import type { ChannelAnswer, SeriesAnswer } from '../../server/api/types.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { type ChartData, chartData, LEAD_MS } from '../charts/chart-data.ts'
import { iso, WEEK_MS } from '../words/time.ts'
import type { Shown } from './range.ts'

export interface ChannelData {
  readonly facts: Answer<ChannelAnswer>
  readonly received: Answer<SeriesAnswer>
  readonly invalid: Answer<SeriesAnswer>
  readonly ghost: Answer<SeriesAnswer>
  /** Null until there is something to draw. */
  readonly chart: ChartData | null
}

/** All that a channel's chart needs, asked for together; `range` null: the server's time isn't known yet. */
export function useChannel(channel: string, range: Shown | null, withGhost: boolean): ChannelData {
  const wanted = range !== null && channel !== ''
  const subject = `${channel} ${range?.fetched ?? ''}`
  const series = (metric: string, from: number, to: number): string =>
    seriesPath({ metric, step: range?.fetched ?? 'hour', channel, from, to })
  const { from, to } = range ?? { from: 0, to: 0 }
  const received = useAnswer<SeriesAnswer>(
    wanted ? series('received', from - LEAD_MS, to) : null,
    subject,
    'with counts',
  )
  const invalid = useAnswer<SeriesAnswer>(wanted ? series('invalid_rate', from, to) : null, subject)
  const ghost = useAnswer<SeriesAnswer>(
    wanted && withGhost ? series('received', from - WEEK_MS, to - WEEK_MS) : null,
    subject,
  )
  const factsPath = `/api/v1/channels/${encodeURIComponent(channel)}?from=${iso(from)}&to=${iso(to)}`
  const facts = useAnswer<ChannelAnswer>(wanted ? factsPath : null, channel, 'with counts')
  const ghostData = withGhost ? ghost.data : null
  const chart = useMemo(() => {
    if (range === null || received.data === null || facts.data === null) return null
    return chartData({
      ...range,
      received: received.data,
      invalid: invalid.data ?? { ...received.data, series: [] },
      ghost: ghostData,
      facts: facts.data,
      channel,
      countedUpTo: Date.parse(facts.data.freshness.counted_up_to),
    })
  }, [range, received.data, invalid.data, ghostData, facts.data, channel])
  return { facts, received, invalid, ghost, chart }
}

interface SeriesQuestion {
  readonly metric: string
  readonly step: string
  readonly channel: string
  readonly from: number
  readonly to: number
  readonly by?: string
}

/** `channel` empty: all of them together. */
export function seriesPath({ metric, step, channel, from, to, by }: SeriesQuestion): string {
  const parameters = new URLSearchParams({ metric, step, from: iso(from), to: iso(to) })
  if (channel !== '') parameters.set('channel', channel)
  if (by !== undefined) parameters.set('by', by)
  return `/api/v1/series?${parameters.toString()}`
}
