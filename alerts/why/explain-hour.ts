import type { History } from '../../data/counts/history.ts'
import { type EpochMs, HOUR_MS } from '../../data/domain/time.ts'
import { incidentsInWindow } from '../backtest.ts'
import type { Expectation, Finding } from '../finding.ts'
import { groupOf, type Incident } from '../incident.ts'
import { matching } from '../incidents/same-cause.ts'
import { judgeHour } from '../judge/judge-hour.ts'
import { createJudgeMemory } from '../judge/memory.ts'
import { concerns } from '../judge/observe.ts'
import type { JudgeInput, JudgeWishes, Verdict } from '../judge/verdict.ts'
import { isSilenceActive, type Silence, silenceMatches } from '../silence.ts'
import { type BesideHours, watchBesides } from './beside-hours.ts'
import { detectorsOf } from './detectors.ts'
import { heldBackBy } from './held-back.ts'
import type { HourWhy, IncidentThen, ToldThen } from './hour-why.ts'
import { incidentsThen, wentOn } from './incidents-then.ts'
import { mailCost } from './mail-cost.ts'
import { watchChannel } from './watch.ts'
import { wouldTell } from './would-tell.ts'

export interface WhyInput {
  /** The `JUDGE_WINDOW_HOURS` before `hour`, and the hour; what is later is never looked at. */
  readonly history: History
  readonly hour: EpochMs
  /** `*`: all channels together. */
  readonly channel: string
  /** All there are, as they stand now. */
  readonly incidents: readonly Incident[]
  /** Every silence there ever was. */
  readonly silences: readonly Silence[]
  /** What people had told the judge beforehand. */
  readonly wishes?: JudgeWishes
  /** Of what doesn't wait for the end of hours; null: nothing is known, as of counts from a file. */
  readonly besides?: BesideHours | null
}

/**
 * Judges `hour` once more, as it was judged, with the detectors watched: what each measured, what would have been told, and what held it
 * back. Throws RangeError where the history doesn't hold the hour, or the channel isn't in it.
 */
export function explainHour(input: WhyInput): HourWhy {
  const { history, hour, channel, wishes } = input
  if (channel !== '*' && !history.channels.has(channel)) {
    throw new RangeError(`channel is ${JSON.stringify(channel)}: the history knows ${[...history.channels.keys()]}`)
  }
  const incidents = incidentsInWindow(incidentsThen(input.incidents, hour), hour)
  const memory = createJudgeMemory()
  const judge = (changes: JudgeWishes & Pick<JudgeInput, 'probe'>) =>
    judgeHour({ history, hour, incidents, memory, isHistoryFinal: true, withForecast: false, ...wishes, ...changes })
  const watch = watchChannel(channel)
  const verdict = judge({ probe: watch.probe })
  const present = wishes?.sensitivity?.(channel) ?? {}
  if (input.besides) {
    const asked = { channel, hour, knownThen: incidents, incidents: input.incidents, worth: present.loss }
    watchBesides(input.besides, { ...asked, probe: watch.probe })
  }
  const coverageRatio = history.coverage[indexOf(history, hour)] ?? 0
  const told = verdict.findings
    .filter((finding) => isAbout(finding, channel))
    .map((finding) => toldThen(finding, incidents, input))
  const went = incidentsOf(input)
  const detectors = detectorsOf(watch.looks)
  const learning = verdict.learning.get(channel) ?? null
  const facts = { hour, channel, coverageRatio, isKnown: verdict.isKnown, learning, told, incidents: went }
  return {
    ...facts,
    seen: verdict.isKnown ? countedOf(history, hour, channel, 'received') : null,
    expected: expectedOf(verdict, channel),
    invalidRatio: verdict.isKnown ? invalidRatioOf(history, hour, channel) : null,
    detectors,
    heldBack: heldBackBy({ ...facts, looks: watch.looks }),
    wouldTell:
      told.length > 0 || channel === '*' || learning !== null
        ? []
        : wouldTell({
            ...{ channel, looks: watch.looks, present, judge },
            costOf: ({ kind }, asked, memory) => mailCost({ memory, history, hour, channel, kind, present, asked }),
          }),
  }
}

function isAbout(finding: Pick<Finding, 'channel'>, channel: string): boolean {
  return finding.channel === channel || finding.channel === '*'
}

function toldThen(finding: Finding, then: readonly Incident[], { incidents, hour }: WhyInput): ToldThen {
  const { kind, channel, series, start } = finding
  const known = matching(then, finding)
  if (known !== null) return { kind, channel, series, start, incident: known.id, isNew: false }
  const group = groupOf(kind)
  const own = incidents.filter(
    (incident) =>
      incident.group === group && (concerns(incident, channel) || channel === '*') && wentOn(incident, hour),
  )
  const opened = own.find(({ detectedAt }) => detectedAt === hour + HOUR_MS)
  return { kind, channel, series, start, incident: (opened ?? own[0])?.id ?? null, isNew: opened !== undefined }
}

function incidentsOf({ incidents, silences, channel, hour }: WhyInput): readonly IncidentThen[] {
  const known = hour + HOUR_MS
  return incidents
    .filter((incident) => channel === '*' || concerns(incident, channel) || incident.group === 'gap')
    .filter((incident) => wentOn(incident, hour))
    .map((incident) => ({
      incident,
      silences: silences
        .filter((silence) => isSilenceActive(silence, known) && silenceMatches(silence, incident))
        .map(({ id }) => id),
    }))
}

function indexOf(history: History, hour: EpochMs): number {
  return Math.round((hour - history.start) / HOUR_MS)
}

function countedOf(history: History, hour: EpochMs, channel: string, what: 'received' | 'invalid'): number {
  const index = indexOf(history, hour)
  if (channel !== '*') return history.channels.get(channel)?.[what][index] ?? 0
  return [...history.channels.values()].reduce((sum, counts) => sum + (counts[what][index] ?? 0), 0)
}

function invalidRatioOf(history: History, hour: EpochMs, channel: string): number | null {
  const received = countedOf(history, hour, channel, 'received')
  return received > 0 ? countedOf(history, hour, channel, 'invalid') / received : null
}

function expectedOf({ expectations }: Verdict, channel: string): HourWhy['expected'] {
  const own = expectations.filter((expectation) => channel === '*' || expectation.channel === channel)
  if (own.length === 0) return null
  const sum = (pick: (expectation: Expectation) => number) => own.reduce((total, each) => total + pick(each), 0)
  return { low: sum((each) => each.low), mid: sum((each) => each.mid), high: sum((each) => each.high) }
}
