import type { History } from '../../data/counts/history.ts'
import { HOUR_MS, YEAR_MS } from '../../data/domain/time.ts'
import { detectDiscarded } from '../judge/detect-discarded.ts'
import { detectInvalid } from '../judge/detect-invalid.ts'
import { type Alarm, detectVolume } from '../judge/detect-volume.ts'
import { judgedChannels } from '../judge/judged-channels.ts'
import type { JudgeMemory } from '../judge/memory.ts'
import { type Sensitivity, USUAL_FALSE_ALARMS_PER_YEAR } from '../judge/sensitivity.ts'
import type { JudgedChannel } from '../judge/standing.ts'
import { DAY_HOURS, type HourNumber, NOISE_HOURS, place, toHourNumber } from '../judge/window.ts'
import type { AskedKind, MailCost } from './hour-why.ts'

/** What begins again within this is the same incident. */
const SAME_INCIDENT_HOURS = DAY_HOURS
/** That it began, and that it is over. */
const MAILS_PER_INCIDENT = 2

interface CostInput {
  /** As it was after judging `hour`. */
  readonly memory: JudgeMemory
  readonly history: History
  readonly hour: number
  readonly channel: string
  readonly kind: AskedKind
  readonly present: Sensitivity
  readonly asked: Sensitivity
}

/**
 * What `asked` would have told of the weeks before `hour` beyond what `present` tells, and how many mails a year that makes for each who
 * gets them. The detectors themselves are asked about each of these hours, by what is usual now. What chance is allowed on top is
 * added, because weeks without a false alarm don't show how rare they are.
 */
export function mailCost({ memory, history, hour: time, channel, kind, present, asked }: CostInput): MailCost {
  const judged = judgedChannels(memory, history).find((own) => own.channel.name === channel)
  if (judged === undefined) return { alsoTold: 0, days: 0, mailsPerYear: 0 }
  const hour = toHourNumber(time)
  const known = hoursBefore(hour).filter((h) => judged.channel.known[place(h)] === 1)
  const told = incidentsBy(asked, judged, kind, known).filter(({ to }) => to < hour)
  const toldNow = incidentsBy(present, judged, kind, known)
  const alsoTold = told.filter((own) => !toldNow.some((now) => now.from <= own.to && own.from <= now.to)).length
  const seenMs = known.length * HOUR_MS
  const perYear = seenMs === 0 ? 0 : (alsoTold * YEAR_MS) / seenMs
  const byChance = allowance(asked) - allowance(present)
  return {
    alsoTold,
    days: Math.round(known.length / DAY_HOURS),
    mailsPerYear: MAILS_PER_INCIDENT * (perYear + Math.max(0, byChance)),
  }
}

function allowance({ falseAlarmsPerYear = USUAL_FALSE_ALARMS_PER_YEAR }: Sensitivity): number {
  return falseAlarmsPerYear
}

function hoursBefore(hour: HourNumber): readonly HourNumber[] {
  return Array.from({ length: NOISE_HOURS }, (_, index) => hour - NOISE_HOURS + 1 + index)
}

interface Stretch {
  readonly from: HourNumber
  readonly to: HourNumber
}

/** Hours that raise an alarm of the kind, put together as incidents are. */
function incidentsBy(
  sensitivity: Sensitivity,
  { channel, source }: JudgedChannel,
  kind: AskedKind,
  hours: readonly HourNumber[],
): readonly Stretch[] {
  const own: JudgedChannel = { channel: { ...channel, sensitivity }, source }
  const incidents: Stretch[] = []
  for (const hour of hours) {
    if (!alarmsOf(kind, own, hour)) continue
    const last = incidents.at(-1)
    if (last === undefined || hour - last.to > SAME_INCIDENT_HOURS) incidents.push({ from: hour, to: hour })
    else incidents[incidents.length - 1] = { ...last, to: hour }
  }
  return incidents
}

function alarmsOf(kind: AskedKind, { channel, source }: JudgedChannel, hour: HourNumber): boolean {
  if (kind === 'invalid') return detectInvalid(channel, source, hour).length > 0
  if (kind === 'discarded') return detectDiscarded(channel, source, hour).length > 0
  const isAsked = (alarm: Alarm) => (alarm.kind === 'surge') === (kind === 'surge')
  return detectVolume(channel, hour).some(isAsked)
}
