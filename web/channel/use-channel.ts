import { useMemo, useRef } from 'preact/hooks'
import type { AnnotationsAnswer, ChannelAnswer, SeriesAnswer, SilencesAnswer } from '../../server/api/types.ts'
import { type Answer, useAnswer } from '../api/use-answer.ts'
import { type ChartData, chartData, leadMs } from '../charts/chart-data.ts'
import { weekBefore } from '../charts/last-week.ts'
import { type ChartParts, measuredLines } from '../charts/parts.ts'
import type { ChosenStep, SeriesChoice } from '../view/channel-view.ts'
import type { Zone } from '../view/zone.ts'
import { DAY_MS, HOUR_MS, iso } from '../words/time.ts'
import { type KnownMinutes, knownMinutes } from './known-minutes.ts'
import { largestParts } from './parts.ts'
import { partsForm } from './parts-form.ts'
import { miniStep, type Shown } from './range.ts'
import { chartedPath, partsQuestion, seriesPath } from './series-path.ts'

export interface ChannelData {
  readonly facts: Answer<ChannelAnswer>
  readonly received: Answer<SeriesAnswer>
  readonly invalid: Answer<SeriesAnswer>
  readonly ghost: Answer<SeriesAnswer>
  readonly annotations: Answer<AnnotationsAnswer>
  readonly silences: Answer<SilencesAnswer>
  readonly parts: Answer<SeriesAnswer>
  /** Of all channels together: what shares are of. */
  readonly all: Answer<SeriesAnswer>
  /** The step that is shown: hours where minutes would suit and too few of them are known. */
  readonly step: ChosenStep
  /** Of the shown time; null where minutes are neither shown nor would suit, or it isn't known yet. */
  readonly minutes: KnownMinutes | null
  /** Null until there is something to draw. */
  readonly chart: ChartData | null
}

/** Where fewer of the known hours have minutes, most of a chart by the minute would be empty. */
const MOST_MINUTES = 0.5

const NOT_ASKED: Answer<SeriesAnswer> = {
  data: null,
  isCurrent: false,
  error: null,
  waitingSince: null,
  retry: () => undefined,
}

/** All that a channel's chart needs, asked for together; `range` null: the server's time isn't known yet. */
export function useChannel(channel: string, range: Shown | null, choice: SeriesChoice, zone: Zone): ChannelData {
  const wanted = range !== null && channel !== ''
  const fetched = range?.fetched ?? 'hour'
  const { from, to } = range ?? { from: 0, to: 0 }
  const asked = (question: string, when = true): string | null => (wanted && when ? question : null)
  const isShare = choice.measure === 'share'
  const hasLane = choice.parts !== 'each'

  const suitsMinutes = fetched === 'minute'
  const ofMinutes = useAnswer<SeriesAnswer>(
    asked(
      chartedPath({ metric: 'received', step: 'minute', channel, from: from - leadMs('minute'), to }),
      suitsMinutes,
    ),
    `${channel} minute`,
    'with counts',
  )
  // Minutes need their hours as well, which carry the expectation.
  const longer = suitsMinutes ? 'hour' : fetched
  const ofHours = useAnswer<SeriesAnswer>(
    asked(chartedPath({ metric: 'received', step: longer, channel, from: from - leadMs(longer), to })),
    `${channel} ${longer}`,
    suitsMinutes ? 'with hours' : 'with counts',
  )
  const minutes = useMemo(() => {
    const areThere = suitsMinutes && ofMinutes.isCurrent && ofHours.isCurrent
    if (!areThere || ofMinutes.data === null || ofHours.data === null) return null
    return knownMinutes(ofMinutes.data, ofHours.data, from)
  }, [suitsMinutes, ofMinutes.isCurrent, ofMinutes.data, ofHours.isCurrent, ofHours.data, from])
  const lacksMinutes = choice.step === 'auto' && minutes !== null && minutes.share < MOST_MINUTES
  const step = suitsMinutes && lacksMinutes ? 'hour' : fetched
  const received = step === 'minute' ? ofMinutes : ofHours
  const hours = step === 'minute' ? ofHours : NOT_ASKED
  const subject = `${channel} ${step}`
  const lead = from - leadMs(step)
  const shownStep = step === 'hour' && suitsMinutes ? step : (range?.step ?? 'hour')
  // Whether minutes or hours are to be shown is known by the answers.
  const isUndecided = suitsMinutes && choice.step === 'auto' && minutes === null
  const invalid = useAnswer<SeriesAnswer>(
    asked(chartedPath({ metric: 'invalid_rate', step, channel, from, to })),
    subject,
  )
  const ghostRange = { from: weekBefore(from, zone) - HOUR_MS, to: weekBefore(to, zone) + HOUR_MS }
  const ghost = useAnswer<SeriesAnswer>(
    asked(chartedPath({ metric: 'received', step, channel, ...ghostRange }), choice.ghost),
    subject,
  )
  const all = useAnswer<SeriesAnswer>(
    asked(chartedPath({ metric: 'received', step, channel: '', from: lead, to }), isShare),
    `all ${step}`,
    'with counts',
  )
  const ghostOfAll = useAnswer<SeriesAnswer>(
    asked(chartedPath({ metric: 'received', step, channel: '', ...ghostRange }), choice.ghost && isShare),
    `all ${step}`,
  )
  const partsStep = miniStep({ from, to })
  const parts = useAnswer<SeriesAnswer>(
    asked(seriesPath({ ...partsQuestion(choice.by, choice.top), step: partsStep, channel, from, to }), hasLane),
    `${channel} ${choice.by} ${partsStep}`,
  )
  const annotations = useAnswer<AnnotationsAnswer>(
    asked(`/api/v1/annotations?${new URLSearchParams({ channel, from: iso(from), to: iso(to) }).toString()}`),
    channel,
  )
  const silences = useAnswer<SilencesAnswer>(asked('/api/v1/silences'), 'silences')
  const factsPath = `/api/v1/channels/${encodeURIComponent(channel)}?from=${iso(from)}&to=${iso(to)}`
  const facts = useAnswer<ChannelAnswer>(asked(factsPath), channel, 'with counts')

  const ghostData = choice.ghost ? ghost.data : null
  const lane = useMemo(
    () => (parts.data === null || !hasLane ? null : partsLane(parts.data, choice, facts.data)),
    [parts.data, hasLane, choice, facts.data],
  )
  // A new range has several answers. Drawn one by one they would be several charts, of which the first ones lack what the
  // others bring: until the last of them is there, or failed, the chart stays as it was. Without the series itself there is no chart of
  // the range: what is left of another range's would look like all there was.
  const areOthersPending = [facts, invalid, ...(step === 'minute' ? [hours] : []), ...(choice.ghost ? [ghost] : [])]
    .concat(isShare ? [all] : [])
    .concat(isShare && choice.ghost ? [ghostOfAll] : [])
    .concat(hasLane ? [parts] : [])
    .concat(isUndecided ? [ofMinutes, ofHours] : [])
    .some((answer) => !answer.isCurrent && answer.error === null)
  const isPending = !received.isCurrent || areOthersPending
  const computed = useMemo(() => {
    if (isPending || range === null || received.data === null || facts.data === null) return null
    if (isShare && all.data === null) return null
    return chartData({
      ...range,
      step: shownStep,
      received: received.data,
      hours: hours.data,
      invalid: invalid.data ?? { ...received.data, series: [] },
      ghost: ghostData,
      facts: facts.data,
      channel,
      countedUpTo: Date.parse(facts.data.freshness.counted_up_to),
      zone,
      measure: choice.measure,
      all: all.data,
      ghostOfAll: ghostOfAll.data,
      annotations: annotations.data?.annotations ?? [],
      silences: silences.data?.silences ?? [],
      parts: lane,
    })
  }, [
    isPending,
    range,
    shownStep,
    received.data,
    hours.data,
    invalid.data,
    ghostData,
    facts.data,
    channel,
    zone,
    choice.measure,
    isShare,
    all.data,
    ghostOfAll.data,
    annotations.data,
    silences.data,
    lane,
  ])
  const last = useRef<ChartData | null>(null)
  if (computed !== null) last.current = computed
  const chart = computed ?? (isPending && last.current?.channel === channel ? last.current : null)
  return { facts, received, invalid, ghost, annotations, silences, parts, all, chart, step: shownStep, minutes }
}

/** The running step is not comparable: it would end every line with a fall. */
function partsLane(answer: SeriesAnswer, choice: SeriesChoice, facts: ChannelAnswer | null): ChartParts | null {
  const { by, measure, top } = choice
  const form = partsForm(choice)
  if (form === 'each') return null
  const stepMs = answer.step === 'day' ? DAY_MS : HOUR_MS
  const starts = answer.times.map((time) => Date.parse(time))
  const countedUpTo = facts === null ? Number.NEGATIVE_INFINITY : Date.parse(facts.freshness.counted_up_to)
  const lines = largestParts(answer, by, top).map(({ name, values, isRest }) => ({
    name,
    isRest,
    values: values.map((value, index) => ((starts[index] ?? 0) + stepMs <= countedUpTo ? value : null)),
  }))
  return {
    by,
    form,
    measure,
    stepMs,
    x: starts.map((start) => start + stepMs / 2),
    lines: measuredLines(lines, measure, DAY_MS / stepMs),
  }
}
