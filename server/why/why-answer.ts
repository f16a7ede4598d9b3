import { formatEstimate } from '../../alerts/sentence/format.ts'
import { incidentSentence } from '../../alerts/sentence/incident-sentence.ts'
import { wordCondition } from '../../alerts/why/condition-words.ts'
import { detectorTitle } from '../../alerts/why/detector-words.ts'
import type { DetectorWhy, HourWhy, MailCost, WindowWhy, WouldTell } from '../../alerts/why/hour-why.ts'
import { nearestWords, whySentence } from '../../alerts/why/why-sentence.ts'
import { isoSeconds } from '../../data/domain/time.ts'
import type { WhyAnswer } from '../api/types.ts'

/** As the API and the command print it. */
export function whyAnswer(why: HourWhy): WhyAnswer {
  const { channel, hour, coverageRatio, isKnown, seen, expected, invalidRatio, learning, heldBack } = why
  return {
    channel,
    hour: isoSeconds(hour),
    sentence: whySentence(why),
    told: why.told.map(({ isNew, start, series, ...own }) => ({
      ...own,
      series: { ...series },
      start: isoSeconds(start),
      is_new: isNew,
    })),
    known: isKnown,
    coverage: coverageRatio,
    seen,
    expected: expected === null ? null : { low: expected.low, mid: expected.mid, high: expected.high },
    invalid_rate: invalidRatio,
    learning: learning === null ? null : { days: learning.coveredDays, of: learning.neededDays },
    incidents: why.incidents.map(({ incident, silences }) => ({
      id: incident.id,
      kind: incident.kind,
      start: isoSeconds(incident.start),
      detected_at: isoSeconds(incident.detectedAt),
      sentence: incidentSentence(incident),
      silenced_by: silences,
    })),
    detectors: why.detectors.map(detectorAnswer),
    held_back: heldBack,
    would_tell: why.wouldTell.map((own) => wouldTellAnswer(channel, own)),
  }
}

function detectorAnswer(own: DetectorWhy): WhyAnswer['detectors'][number] {
  const { detector, channel, series, nearest, windows } = own
  return {
    detector,
    title: detectorTitle(own),
    channel,
    series: { ...series },
    sentence: nearestWords(own),
    nearest: windowAnswer(nearest),
    windows: windows.map(windowAnswer),
  }
}

function windowAnswer({ windowHours, reached, isMet, passedOver, conditions }: WindowWhy) {
  return {
    window_hours: windowHours,
    reached,
    met: isMet,
    passed_over: passedOver,
    conditions: conditions.map((own) => {
      const { condition, unit, value, needed, text } = wordCondition(own)
      return { condition, met: own.isMet, unit, value, needed: Number.isFinite(needed) ? needed : null, text }
    }),
  }
}

const SETTING_OF = { loss: 'missing', surge: 'surge', invalid: 'invalid', discarded: 'discarded' } as const
const WORDS_OF = {
  loss: (amount: string) => `${amount} % missing`,
  surge: (amount: string) => `${amount} % too many`,
  invalid: (amount: string) => `${amount} points more invalid`,
  discarded: (amount: string) => `${amount} points more discarded`,
} as const

function wouldTellAnswer(channel: string, { kind, worth, falseAlarmsPerYear, cost }: WouldTell) {
  const { ratio, hours } = worth
  const percent = Number((100 * ratio).toFixed(1))
  const unit = kind === 'loss' || kind === 'surge' ? 'percent' : 'points'
  const alarms = falseAlarmsPerYear === null ? {} : { falseAlarmsPerYear }
  const allowed =
    falseAlarmsPerYear === null ? '' : `, and ${falseAlarmsPerYear} false alarms a year are allowed on this channel`
  return {
    text: `It would have been told if ${WORDS_OF[kind](String(percent))} for ${hours} h were asked for${allowed}. ${costText(cost)}`,
    setting: { channels: [channel], [SETTING_OF[kind]]: { [unit]: percent, hours }, ...alarms },
    cost: { also_told: cost.alsoTold, days: cost.days, mails_per_year: Number(cost.mailsPerYear.toFixed(1)) },
  }
}

/** `In the 28 days before it would have told 2 more: about 52 more mails a year to each who gets them.` */
function costText({ alsoTold, days, mailsPerYear }: MailCost): string {
  const before = `In the ${days} days before`
  const mails = mailsPerYear < 10 ? mailsPerYear.toFixed(1) : formatEstimate(mailsPerYear)
  const yearly =
    mailsPerYear === 0 ? 'no more mails are to be expected' : `about ${mails} more mails a year to each who gets them`
  return `${before} it would have told ${alsoTold === 0 ? 'nothing' : alsoTold} more: ${yearly}.`
}
