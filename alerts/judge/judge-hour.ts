import { type EpochMs, HOUR_MS, isoSeconds, startOfHour } from '../../data/domain/time.ts'
import type { Finding } from '../finding.ts'
import { type AcceptedLevel, groupOf, type Incident } from '../incident.ts'
import { detectYoungBuilds, updateBuilds } from './builds.ts'
import { updateClocks } from './clocks.ts'
import { detectDiscarded, updateDiscardRates } from './detect-discarded.ts'
import { detectInvalid, updateRates } from './detect-invalid.ts'
import { detectLeftBuilds } from './detect-left-builds.ts'
import { detectNovelty } from './detect-novelty.ts'
import { detectSlowDeclines } from './detect-slow.ts'
import { type Alarm, detectEverywhere, detectVolume, estimateStart, fellAlike, fellFurther } from './detect-volume.ts'
import { expectationOf, forecastOf } from './expectation.ts'
import { judgedChannels } from './judged-channels.ts'
import type { JudgeMemory } from './memory.ts'
import { estimateEnd, estimateRise, meterOf, totalsOf } from './meter.ts'
import { measuredAgain } from './new-level.ts'
import { updateNoise } from './noise.ts'
import { concerns, LEAST_COVERAGE, observe } from './observe.ts'
import { type PassedOverWhy, type Probe, UNWATCHED } from './probe.ts'
import { updateResiduals } from './residuals.ts'
import { USUAL_SENSITIVITY } from './sensitivity.ts'
import { addTotals, explain, gapStandingOf, type JudgedChannel, numbersOf, standingOf } from './standing.ts'
import {
  type JudgeInput,
  LEARNING_DAYS,
  type LearningProgress,
  RESOLVED_AFTER_HOURS,
  type Standing,
  type Verdict,
} from './verdict.ts'
import { at, DAY_HOURS, type HourNumber, JUDGE_WINDOW_HOURS, place, toHourNumber, toTime } from './window.ts'

/**
 * Judges one complete hour: what was expected of it, what is wrong since when and why, and how the open incidents stand.
 * Pure, but for `memory`, which only saves work: the same history up to the hour and the same incidents give the same
 * verdict, whatever the memory has seen. What comes after the hour isn't looked at.
 *
 * Throws RangeError where `hour` isn't within `history`.
 */
export function judgeHour({
  history,
  hour: time,
  incidents,
  memory,
  sensitivity,
  holidays,
  isHistoryFinal = false,
  withForecast = true,
  probe,
}: JudgeInput): Verdict {
  const hour = toHourNumber(time)
  const before = toHourNumber(history.start)
  if (hour < before || hour >= before + history.hours) {
    throw new RangeError(
      `hour is ${isoSeconds(time)}: use one of the ${history.hours} from ${isoSeconds(history.start)} that the history holds`,
    )
  }
  observe(memory, history, hour, incidents, { ...(holidays && { holidays }), isHistoryFinal })
  const channels = judgedChannels(memory, history)
  for (const { channel, source } of channels) {
    channel.sensitivity = sensitivity?.(channel.name) ?? USUAL_SENSITIVITY
    updateRates(memory, channel, source, hour)
    updateDiscardRates(memory, channel, source, hour)
    updateBuilds(channel, source, hour)
  }
  updateResiduals(memory, hour)
  updateClocks(memory, hour)
  updateNoise(memory, hour)
  const learning = learningProgress(channels, hour)
  const isKnown = wasListenedTo(memory, hour, probe)
  const found = isKnown ? findings(channels, { hour, learning, incidents, probe }) : gapFindings(memory, hour)
  const isEverywhere = found.some(({ kind, channel }) => kind !== 'gap' && channel === '*')
  return {
    hour: time,
    isKnown,
    expectations: channels.flatMap(({ channel }) => expectationOf(channel, hour, isEverywhere) ?? []),
    forecast: withForecast ? channels.flatMap(({ channel }) => forecastOf(channel, hour)) : [],
    findings: found,
    standings: standings(incidents, channels, memory, hour, isKnown),
    levels: levelsMeasuredAgain(incidents, channels, hour, found),
    learning,
    memory,
  }
}

const NEEDED_HOURS = LEARNING_DAYS * DAY_HOURS

function learningProgress(channels: readonly JudgedChannel[], hour: HourNumber): ReadonlyMap<string, LearningProgress> {
  const learning = new Map<string, LearningProgress>()
  for (const { channel } of channels) {
    let covered = 0
    // From the newest hour back: most channels have been known for long.
    for (let h = hour; h > hour - JUDGE_WINDOW_HOURS && covered < NEEDED_HOURS; h--)
      covered += at(channel.rated, place(h))
    if (covered < NEEDED_HOURS) {
      learning.set(channel.name, { coveredDays: covered / DAY_HOURS, neededDays: LEARNING_DAYS })
    }
  }
  return learning
}

interface LookingAtHour {
  readonly hour: HourNumber
  readonly learning: ReadonlyMap<string, LearningProgress>
  readonly incidents: readonly Incident[]
  readonly probe: Probe | undefined
}

function findings(
  channels: readonly JudgedChannel[],
  { hour, learning, incidents, probe }: LookingAtHour,
): readonly Finding[] {
  const learnt = channels.filter(({ channel }) => !learning.has(channel.name))
  const memories = learnt.map(({ channel }) => channel)
  const everywhere = detectEverywhere(memories, hour, probe)
  const told = everywhere === null ? null : findingOf(everywhere, learnt, hour, probe)
  const slow = detectSlowDeclines(memories, hour, probe)
  const volume =
    told === null || probe !== undefined
      ? learnt.flatMap((judged) => volumeFindings(judged, slow, { hour, isHeldBack: told !== null, probe }))
      : []
  const invalid = channels.flatMap((judged) =>
    detectInvalid(judged.channel, judged.source, hour, probe).flatMap(
      (alarm) => findingOf(alarm, [judged], hour, probe) ?? [],
    ),
  )
  const discarded = channels.flatMap((judged) =>
    detectDiscarded(judged.channel, judged.source, hour, probe).flatMap(
      (alarm) => findingOf(alarm, [judged], hour, probe) ?? [],
    ),
  )
  const isInvalidTold = (name: string) =>
    invalid.some(({ channel }) => channel === name) ||
    incidents.some((incident) => incident.group === 'invalid' && isActive(incident) && concerns(incident, name))
  const novel = learnt.flatMap((judged) => {
    const context = { isInvalidTold: isInvalidTold(judged.channel.name), probe }
    return detectNovelty(judged.channel, judged.source, hour, context).flatMap(
      (alarm) => findingOf(alarm, [judged], hour, probe) ?? [],
    )
  })
  return [...(told === null ? volume : [told]), ...invalid, ...discarded, ...novel]
}

interface LookingAtVolume {
  readonly hour: HourNumber
  /** All channels are told of together: it is only looked because somebody watches. */
  readonly isHeldBack: boolean
  readonly probe: Probe | undefined
}

/** What is quick is told before what is slow: its window says more of when it began. */
function volumeFindings(
  judged: JudgedChannel,
  slow: readonly Alarm[],
  { hour, isHeldBack, probe }: LookingAtVolume,
): readonly Finding[] {
  const { channel, source } = judged
  const quick = detectVolume(channel, hour, probe)
  const young = quick.length > 0 && probe === undefined ? null : detectYoungBuilds(channel, source, hour, probe)
  const isFound = quick.length > 0 || young !== null
  const left = isFound && probe === undefined ? null : detectLeftBuilds(channel, source, hour, probe)
  const declined = slow.filter((alarm) => alarm.channel === channel.name)
  const alarms = [quick, young === null ? [] : [young], left === null ? [] : [left], declined]
  const [first = [], ...others] = alarms.filter(({ length }) => length > 0)
  const passOver = (alarms: readonly Alarm[], why: PassedOverWhy) => {
    for (const alarm of alarms) probe?.passedOver(alarm, why)
  }
  passOver(others.flat(), 'quicker')
  if (isHeldBack) passOver(first, 'all_channels')
  return isHeldBack ? [] : first.flatMap((alarm) => findingOf(alarm, [judged], hour, probe) ?? [])
}

/** null where the trouble was over long enough ago: a window of a day shows it for a day. */
function findingOf(
  alarm: Alarm,
  channels: readonly JudgedChannel[],
  hour: HourNumber,
  probe: Probe | undefined,
): Finding | null {
  const group = groupOf(alarm.kind)
  const level = alarm.isSlow === true && alarm.start !== undefined ? { levelBefore: alarm.start } : {}
  const measured = { group, series: alarm.series, isEverywhere: alarm.channel === '*', ...level }
  const meters = channels.map(({ channel, source }) => meterOf(channel, source, measured))
  const starts = meters.map((meter) => {
    if (alarm.start !== undefined) return alarm.start
    if (group === 'invalid' || group === 'discarded') return estimateRise(meter, alarm.windowHours, hour)
    const series = meter.channel.series.find(({ reason }) => reason === (alarm.series.reason ?? ''))
    return series === undefined ? hour : estimateStart(series, alarm, hour)
  })
  const start = starts.sort((a, b) => a - b)[Math.floor(starts.length / 2)] ?? hour
  const end = Math.max(...meters.map((meter) => estimateEnd(meter, start, hour)))
  if (hour + 1 - end >= RESOLVED_AFTER_HOURS) {
    probe?.passedOver(alarm, 'over')
    return null
  }
  const totals = addTotals(meters.map((meter) => totalsOf(meter, start, hour)))
  return {
    kind: alarm.kind,
    channel: alarm.channel,
    series: alarm.series,
    ...wholeLoss(alarm, channels, hour),
    start: toTime(start),
    hour: toTime(hour),
    size: Math.max(0, totals.lost),
    peakSize: totals.peak,
    expected: totals.base,
    seen: totals.part,
    numbers: numbersOf(meters, hour, totals, group),
    confidenceRatio: 1 - 0.05 * Math.exp(-2 * (alarm.excess - 1)),
    explanation: explain({ group, series: alarm.series }, channels, { start, hour }),
  }
}

function wholeLoss(
  { channel, kind, series, windowHours }: Alarm,
  [first]: readonly JudgedChannel[],
  hour: HourNumber,
): Pick<Finding, 'isAlike' | 'isFurther'> {
  if (first === undefined || channel === '*' || groupOf(kind) !== 'volume' || Object.keys(series).length > 0) return {}
  return {
    isAlike: fellAlike(first.channel, hour, windowHours),
    isFurther: fellFurther(first.channel, hour),
  }
}

/** Whether enough of the hour was listened to; else it is a gap. */
function wasListenedTo(memory: JudgeMemory, hour: HourNumber, probe: Probe | undefined): boolean {
  const unheard = 1 - at(memory.coverage, place(hour))
  const trial = probe?.begin({ detector: 'gap', channel: '*', series: {}, windowHours: 1 }) ?? UNWATCHED
  const isGap = unheard > 1 - LEAST_COVERAGE
  trial.needs('unheard', isGap, unheard, 1 - LEAST_COVERAGE)
  return !isGap
}

/** An hour that can't be judged is said at once. */
function gapFindings(memory: JudgeMemory, hour: HourNumber): readonly Finding[] {
  if (!wasEverHeard(memory, hour)) return []
  const covered = at(memory.coverage, place(hour))
  return [
    {
      kind: 'gap',
      channel: '*',
      series: {},
      start: gapStart(covered, at(memory.coverage, place(hour - 1)), hour),
      hour: toTime(hour),
      size: 1 - covered,
      peakSize: 1,
      expected: 0,
      seen: 0,
      numbers: {
        hour: toTime(hour),
        seen: 0,
        low: 0,
        mid: 0,
        high: 0,
        deficitRatio: 0,
        invalidRatio: 0,
        byChannel: [],
      },
      confidenceRatio: 1,
      explanation: { sentence: '', carriers: [] },
    },
  ]
}

/** To the minute: listening stopped within the hour before, where that was heard in part, or within this one. */
function gapStart(covered: number, earlier: number, hour: HourNumber): EpochMs {
  if (earlier < LEAST_COVERAGE) return toTime(hour)
  if (earlier < 1) return toTime(hour - 1) + Math.round(earlier * HOUR_MS)
  return toTime(hour) + Math.round(covered * HOUR_MS)
}

/** Before anybody ever listened there is no gap: the service hadn't begun. */
function wasEverHeard(memory: JudgeMemory, hour: HourNumber): boolean {
  for (let h = hour - 1; h > hour - JUDGE_WINDOW_HOURS; h--) if (at(memory.coverage, place(h)) > 0) return true
  return false
}

/** Where something new is found, it isn't what was accepted: then nothing is measured. */
function levelsMeasuredAgain(
  incidents: readonly Incident[],
  channels: readonly JudgedChannel[],
  hour: HourNumber,
  found: readonly Finding[],
): ReadonlyMap<number, AcceptedLevel> {
  const levels = new Map<number, AcceptedLevel>()
  const isVolume = ({ group }: Pick<Incident, 'group'>) => group === 'volume' || group === 'surge'
  for (const incident of incidents) {
    if (incident.accepted === undefined || incident.acceptedLevel === null) continue
    const concerned = channels.filter(({ channel }) => concerns(incident, channel.name))
    const isTroubled = concerned.some(
      ({ channel: { name } }) =>
        incidents.some((other) => isVolume(other) && isActive(other) && concerns(other, name)) ||
        found.some(({ kind, channel }) => isVolume({ group: groupOf(kind) }) && (channel === name || channel === '*')),
    )
    const level = isTroubled ? null : measuredAgain(incident, concerned, hour)
    if (level !== null) levels.set(incident.id, level)
  }
  return levels
}

function isActive({ state }: Incident): boolean {
  return state === 'open' || state === 'recovering'
}

/** What was told from minutes began within its first hour; a gap says more of its own. */
function firstHour({ group, start }: Incident): EpochMs {
  return group === 'gap' ? start : startOfHour(start)
}

function standings(
  incidents: readonly Incident[],
  channels: readonly JudgedChannel[],
  memory: JudgeMemory,
  hour: HourNumber,
  isKnown: boolean,
): readonly Standing[] {
  return incidents
    .filter((incident) => isActive(incident) && firstHour(incident) <= toTime(hour))
    .flatMap((incident) => {
      if (incident.group === 'gap') return [gapStandingOf(incident, memory, hour)]
      // Nothing changes while nobody listens.
      return isKnown && incident.group !== 'stalled' ? (standingOf(incident, channels, hour) ?? []) : []
    })
}
