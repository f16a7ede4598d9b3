import type { BreakDown } from '../view/channel-view.ts'
import { iso } from '../words/time.ts'

interface SeriesQuestion {
  readonly metric: string
  readonly step: string
  readonly channel: string
  readonly from: number
  readonly to: number
  readonly by?: string
  readonly top?: number
}

/** `channel` empty: all of them together. */
export function seriesPath({ metric, step, channel, from, to, by, top }: SeriesQuestion): string {
  const parameters = new URLSearchParams({ metric, step, from: iso(from), to: iso(to) })
  if (channel !== '') parameters.set('channel', channel)
  if (by !== undefined) parameters.set('by', by)
  if (top !== undefined) parameters.set('top', String(top))
  return `/api/v1/series?${parameters.toString()}`
}

/** For a chart, which needs an answer's columns but neither the time of each step nor its completeness in words. */
export function chartedPath(question: SeriesQuestion): string {
  return `${seriesPath(question)}&leave_out=times&leave_out=completeness`
}

/** Problems are those of what is invalid; everything else is of what was received. */
export function partsQuestion(by: BreakDown, top: number): Pick<SeriesQuestion, 'metric' | 'by' | 'top'> {
  return { metric: by === 'problem' ? 'invalid' : 'received', by, top }
}
